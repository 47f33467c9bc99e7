"""Matrices within a known distance of a float one, their singular values, and bases of spans of singular vectors."""

import gc
from fractions import Fraction
from math import inf
from typing import Any

import mpmath
import numpy as np
import pytest

from specbound.numeric.enclosures.factors import Defects, Factors
from specbound.numeric.enclosures.matrix import EnclosedMatrix
from specbound.numeric.enclosures.ops import EnclosureOps
from specbound.numeric.ops import NotAvailable
from tests.numeric.exact_ends import encloses, ends, holds, middle, one_within, power, radius
from tests.numeric.exact_products import Exact, difference, exact, square_sum
from tests.numeric.families import FAMILIES

MODES = ("fast", "tight")
LEAST = 5e-324
ALWAYS = ("gaussian", "tall", "wide", "row", "column")
SPANNED = (*ALWAYS, "graded", "ill_conditioned", "clustered")
TURN = object()


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2], [3, 4]],
        [[Fraction(1, 3), 0], [Fraction(-2, 7), 1]],
        [[0.1, 10**40 + 1]],
        [[2**53 + 1]],
        [[Fraction(1, 10**400)]],
        [[1, Fraction(1, 10**400)]],
        [[1e300, 1e-300], [LEAST, -1e308]],
        [[1.7e308, 3e-308]],
        [[LEAST]],
        [[0, 0]],
        np.array([[2**53 + 1, 1]]),
        np.array([[2**63 + 1, 1]], dtype=np.uint64),
        np.array([[np.longdouble(1) / 3]]),
        np.array([[0.1]], dtype=np.float32),
    ],
    ids=str,
)
def test_what_is_given_is_enclosed(rows: Any) -> None:
    given = [list(row) for row in rows]
    true = [
        [
            Fraction(*map(int, entry.as_integer_ratio())) if not isinstance(entry, np.integer) else Fraction(int(entry))
            for entry in row
        ]
        for row in given
    ]
    found = EnclosedMatrix.exact(rows)
    assert encloses(found, true)
    largest = max(abs(entry) for row in true for entry in row)
    assert radius(found) <= largest * Fraction(1, 2**50) + Fraction(1, 10**320)
    if middle(found) == true and largest < 2**900:
        assert found.radius == 0
    assert found.middle.any() == (largest > Fraction(1, 10**350))
    assert not found.middle.any() or 0.5 <= np.abs(found.middle).max() < 1


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([[1, 2], [3]], ValueError),
        ([1, 2], ValueError),
        ([[inf]], ValueError),
        ([[float("nan"), 1]], ValueError),
        ([[10**400]], ValueError),
        ([["1"]], TypeError),
        ([[1j]], TypeError),
        ([[None]], TypeError),
        (np.array([[1j]]), TypeError),
        (np.array([["1"]]), TypeError),
        (np.zeros((0, 2)), ValueError),
        (np.zeros((2, 2, 2)), ValueError),
        (np.array([[np.longdouble("inf")]]), ValueError),
    ],
    ids=str,
)
def test_what_is_no_exact_matrix_is_refused(rows: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"required|inhomogeneous"):
        EnclosedMatrix.exact(rows)


@pytest.mark.parametrize("exponent", [-3000, -7, 0, 40, 3000])
@pytest.mark.parametrize("largest", [1e-300, 2.0**-30, 0.7, 1.0, 3.0, 1e300])
@pytest.mark.parametrize("given", [0.0, LEAST, 1e-300, 1e-17, 0.3, 1e10])
def test_a_radius_keeps_its_size(largest: float, exponent: int, given: float) -> None:
    if given / largest == inf:
        with pytest.raises(NotAvailable, match="overflows"), np.errstate(over="ignore"):
            EnclosedMatrix(np.array([[largest]]), exponent, given)
        return
    found = EnclosedMatrix(np.array([[largest, 0.0]]), exponent, given)
    assert middle(found) == [[Fraction(largest) * power(exponent), 0]]
    assert radius(found) >= Fraction(given) * power(exponent)
    assert found.radius <= (given / largest) * (1 + 2**-50) + 2 * LEAST
    assert 0.5 <= found.middle.max() < 1


def test_what_underflows_is_in_the_radius() -> None:
    for rows in ([[1e308, 1e-308]], [[1e300], [LEAST]], [[1e308, 3 * LEAST], [0.0, 1e-310]]):
        found = EnclosedMatrix(np.array(rows))
        assert found.radius > 0
        assert encloses(found, exact(np.array(rows)))
        wider = EnclosedMatrix(np.array(rows), 0, 1e300)
        assert radius(wider) >= Fraction(1e300) + radius(found)


def test_what_underflows_comes_to_a_radius_that_is_given() -> None:
    """So many entries that vanish that their sum is more than the last place of a radius that is subnormal itself."""
    rows = np.full((1, 401), 2.0**-75)
    rows[0, 0] = 2.0**1000
    found = EnclosedMatrix(rows, 0, 2.0**-59)
    lost = square_sum(difference(exact(rows), middle(found)))
    assert lost == 400 * Fraction(2) ** -150
    assert radius(found) >= Fraction(2) ** -59 + 20 * Fraction(2) ** -75


@pytest.mark.parametrize("shift", [0, 1, 60, 899, 901, 1000, 1075, 2000, 10**6])
@pytest.mark.parametrize("given", [0.0, 0.25])
def test_in_larger_units(shift: int, given: float) -> None:
    matrix = EnclosedMatrix(np.array([[0.75, 2.0**-52], [0.1, 0.0]]), 3, given)
    found, spread = matrix.shifted(matrix.exponent + shift)
    moved = [[entry * power(matrix.exponent + shift) for entry in row] for row in exact(found)]
    off = sum(abs(a - b) ** 2 for p, q in zip(moved, middle(matrix), strict=True) for a, b in zip(p, q, strict=True))
    left_over = Fraction(spread) * power(matrix.exponent + shift) - radius(matrix)
    assert left_over >= 0
    assert off <= left_over**2
    assert spread <= 0.25 * 2.0**-shift * (1 + 2**-50) + 1e-306


def test_a_transpose_turns_the_other_way() -> None:
    matrix = EnclosedMatrix(np.array([[1.0, 2.0, 3.0]]), -5, 0.5, (None, TURN))
    other = matrix.mT
    assert other.turns == (TURN, None)
    assert other.shape == (3, 1)
    assert middle(other) == [list(row) for row in zip(*middle(matrix), strict=True)]
    assert radius(matrix) <= radius(other) <= radius(matrix) * (1 + Fraction(1, 2**50))
    for turned in (matrix, other):
        with pytest.raises(NotAvailable, match="change of basis"):
            turned.fixed()
    plain = EnclosedMatrix(np.eye(2))
    assert plain.fixed() is plain


# Singular values and spans.


def _decomposed(matrix: EnclosedMatrix, mode: str) -> Any:
    return EnclosureOps(mode).svd(matrix)


def _mp(matrix: Exact) -> mpmath.matrix:
    return mpmath.matrix([[mpmath.mpf(a.numerator) / a.denominator for a in row] for row in matrix])


def _reference(true: Exact) -> tuple[list[mpmath.mpf], mpmath.matrix, mpmath.matrix]:
    """All singular values, and left and right singular vectors as columns, of a matrix of full rank or square."""
    matrix = _mp(true)
    sides: list[Any] = []
    for gram in (matrix * matrix.T, matrix.T * matrix):
        values, vectors = mpmath.eigsy(gram)
        order = sorted(range(len(values)), key=lambda k: -values[k])
        sides.append(([values[k] for k in order], vectors[:, order[0] : order[0] + 1], vectors, order))
    count = min(matrix.rows, matrix.cols)
    values = [mpmath.sqrt(max(value, 0)) for value in sides[0][0][:count]]
    left, right = (
        mpmath.matrix([[vectors[i, k] for k in order] for i in range(vectors.rows)]) for _, _, vectors, order in sides
    )
    return values, left, right


def _distance(computed: np.ndarray, true: mpmath.matrix) -> mpmath.mpf:
    """From some columns to the nearest orthonormal basis of the span of orthonormal ones: a problem of Procrustes."""
    columns = _mp(exact(computed))
    inner = true.T * columns
    nuclear = sum(mpmath.sqrt(max(value, 0)) for value in mpmath.eigsy(inner.T * inner, eigvals_only=True))
    size = sum(entry**2 for entry in columns)
    return mpmath.sqrt(max(size + columns.cols - 2 * nuclear, mpmath.mpf(0)))


def _within(basis: EnclosedMatrix, true: mpmath.matrix) -> bool:
    """Up to the rounding of the reference: the distance is the root of what cancels."""
    computed = np.ldexp(basis.middle, basis.exponent)
    return bool(_distance(computed, true) <= float(radius(basis)) * (1 + 1e-12) + mpmath.mpf(10) ** -25)


def _span(vectors: mpmath.matrix, count: int) -> mpmath.matrix:
    return mpmath.matrix([[vectors[i, j] for j in range(count)] for i in range(vectors.rows)])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "name", ["gaussian", "tall", "wide", "row", "column", "graded", "ill_conditioned", "clustered"]
)
@pytest.mark.parametrize("size", [1, 3, 5])
def test_spans_of_singular_vectors(name: str, size: int, mode: str) -> None:
    matrix = EnclosedMatrix(FAMILIES[name](size, np.random.default_rng(size)), 30)
    svd = _decomposed(matrix, mode)
    with mpmath.workdps(60):
        values, left, right = _reference(middle(matrix))
        found = 0
        for index, value in enumerate(values):
            assert holds(svd.value(index), value)
        for count in range(1, svd.count + 1):
            for side, vectors in ((svd.left, left), (svd.right, right)):
                try:
                    basis = side(count)
                except NotAvailable:
                    assert name not in ALWAYS
                    continue
                found += 1
                assert basis.turns[0] is None
                assert basis.turns[1] is not None
                assert _within(basis, _span(vectors, count))
                if count == len(basis.middle):
                    assert radius(basis) == 0
                elif name in ALWAYS:
                    assert radius(basis) <= 1e-10
        assert found >= (2 if name != "clustered" else 0)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("given", [1e-8, 1e-3, 0.02, 0.1])
def test_spans_of_all_that_is_enclosed(given: float, mode: str) -> None:
    """The vectors of matrices on the border turn by about ``radius / gap``."""
    draws = np.random.default_rng(7)
    with mpmath.workdps(60):
        for start in (np.diag([1.0, 0.9, 0.2]), draws.standard_normal((4, 3)), np.eye(3, 5) + np.eye(3, 5, 1) / 4):
            matrix = EnclosedMatrix(start, -3, given)
            svd = _decomposed(matrix, mode)
            for _ in range(6):
                true = one_within(matrix, draws)
                values, left, right = _reference(true)
                assert all(holds(svd.value(index), value) for index, value in enumerate(values))
                for count in (1, 2):
                    for side, vectors in ((svd.left, left), (svd.right, right)):
                        try:
                            basis = side(count)
                        except NotAvailable:
                            assert given >= 0.02
                            continue
                        assert _within(basis, _span(vectors, count))
                    if svd.count > count:
                        try:
                            rest = svd.truncated(count)
                        except NotAvailable:
                            continue
                        top = _span(left, count)
                        kept = top * (top.T * _mp(true))
                        assert mpmath.mnorm(kept - _mp(middle(rest)), "f") <= float(radius(rest)) * (1 + 1e-12)


def _made(values: list[float], defects: Defects, rows: int = 4, columns: int = 3) -> Any:
    """The decomposition of a matrix whose factors are said to have these defects."""
    matrix = EnclosedMatrix(np.eye(rows, columns) / 2, 0, 0.0)
    factors = Factors(matrix.middle, np.eye(rows, len(values)), np.array(values), np.eye(columns, len(values)))
    matrix.__dict__["factors"] = factors
    factors.__dict__["_fast"] = factors.__dict__["_tight"] = defects
    return matrix


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize(
    ("defects", "given"),
    [
        (Defects(1e-3, 0.0, 0.0), 0.0),
        (Defects(0.0, 1e-3, 0.0), 0.0),
        (Defects(0.0, 0.0, 1e-3), 0.0),
        (Defects(0.0, 0.0, 0.0), 1e-3),
        (Defects(1e-3, 2e-3, 3e-3), 4e-3),
        (Defects(1e-2, 1e-2, 0.0), 0.0),
    ],
)
def test_how_far_a_basis_may_be(side: str, count: int, defects: Defects, given: float) -> None:
    """The bound in its module's own words, computed slowly: every term counts, and nothing else does."""
    values = [0.9, 0.5, 0.125]
    matrix = _made(values, defects)
    matrix.radius = given
    basis = getattr(_decomposed(matrix, "fast"), side)(count)
    if (side, count) == ("right", 3):
        assert radius(basis) == 0
        return
    with mpmath.workdps(30):
        left, right, residual = map(mpmath.mpf, defects)
        # ‖A − U' diag(s) V'ᵀ‖ ≤ ‖A − U diag(s) Vᵀ‖ + s₁ (‖U − U'‖ ‖V‖ + ‖V − V'‖), and ‖U − U'‖ ≤ F.
        off = residual + given + values[0] * (left * mpmath.sqrt(1 + right) + right)
        grown = mpmath.sqrt((1 + left) * (1 + right))
        beyond = values[count] * grown + residual + given if count < 3 else 0
        sines = mpmath.sqrt(count) * off / (values[count - 1] - beyond)
        bound = mpmath.sqrt(count) * (left if side == "left" else right) + mpmath.sqrt(2) * sines
        assert bound <= float(radius(basis)) <= bound * (1 + 1e-12)


@pytest.mark.parametrize(
    ("values", "defects"),
    [
        ([0.5, 0.5, 0.1], Defects(0.0, 0.0, 0.0)),
        ([0.5, 0.45, 0.1], Defects(0.0, 0.0, 0.06)),
        ([0.5, 0.45, 0.1], Defects(0.2, 0.2, 0.0)),
        ([0.9, 0.1, 0.1], Defects(1.0, 0.0, 0.0)),
        ([0.9, 0.1, 0.1], Defects(0.0, 1.5, 0.0)),
        ([0.5, 0.9, 0.1], Defects(0.0, 0.0, 0.0)),
        ([0.9, 0.1, -0.1], Defects(0.0, 0.0, 0.0)),
    ],
)
def test_a_span_without_a_gap_is_open(values: list[float], defects: Defects) -> None:
    svd = _decomposed(_made(values, defects), "tight")
    with pytest.raises(NotAvailable, match=r"no certified gap|too far from orthonormal"):
        svd.left(1)


def test_a_bad_decomposition_gives_far_bases_and_no_wrong_ones() -> None:
    draws = np.random.default_rng(8)
    given = 0
    with mpmath.workdps(60):
        for noise in (1e-12, 1e-7, 1e-3, 0.03):
            for shape in ((4, 3), (3, 4), (3, 3)):
                matrix = EnclosedMatrix(draws.standard_normal(shape))
                good = matrix.factors
                left, right = (v + noise * draws.standard_normal(v.shape) for v in (good.left, good.right))
                values = np.abs(np.sort(good.values * (1 + noise * draws.standard_normal(3)))[::-1])
                matrix.__dict__["factors"] = Factors(matrix.middle, left, values, right)
                _, true_left, true_right = _reference(middle(matrix))
                for mode in MODES:
                    svd = _decomposed(matrix, mode)
                    for count in (1, 2, 3):
                        for side, vectors in ((svd.left, true_left), (svd.right, true_right)):
                            try:
                                basis = side(count)
                            except NotAvailable:
                                continue
                            given += 1
                            assert _within(basis, _span(vectors, count))
    assert given > 60


def test_a_basis_is_the_same_each_time_even_when_forgotten() -> None:
    svd = _decomposed(EnclosedMatrix(np.diag([3.0, 2.0, 1.0])), "tight")
    basis = svd.left(2)
    assert svd.left(2) is basis
    turn, entries = basis.turns[1], basis.middle.copy()
    del basis
    gc.collect()
    again = svd.left(2)
    assert again.turns[1] is turn
    assert (again.middle == entries).all()
    others = [svd.left(1), svd.right(2), svd.right(1), svd.left(3), svd.right(3)]
    assert len({id(one.turns[1]) for one in (again, *others)}) == 6


def test_how_many_vectors_there_are() -> None:
    svd = _decomposed(EnclosedMatrix(np.eye(2, 3)), "fast")
    for count in (0, -1, 3):
        for side in (svd.left, svd.right):
            with pytest.raises(NotAvailable, match="were asked for; there are 2"):
                side(count)
    # All of the space needs no gap.
    assert radius(svd.left(2)) == 0
    with pytest.raises(NotAvailable, match="no certified gap between singular values 1 and 2"):
        svd.left(1)


def test_values_are_one_object_each_and_zero_beyond() -> None:
    matrix = EnclosedMatrix(np.diag([3.0, 2.0]), 5)
    svd = _decomposed(matrix, "tight")
    assert svd.count == 2
    assert svd.value(1) is svd.value(1)
    assert svd.smallest() is svd.value(1)
    assert ends(svd.value(2)) == (0, 0)
    with pytest.raises(IndexError, match="counted from 0"):
        svd.value(-1)
    assert svd.truncated(2) is matrix


def test_vectors_of_what_is_turned_turn_with_it() -> None:
    ops = EnclosureOps("tight")
    draws = np.random.default_rng(9)
    basis = ops.svd(EnclosedMatrix(draws.standard_normal((5, 4)))).left(3)
    other = EnclosedMatrix(draws.standard_normal((5, 4)))
    inner = ops.product(ops.transpose(basis), other)
    assert ops.svd(inner).left(1).turns[0] is basis.turns[1]
    assert ops.svd(inner).left(3).turns[0] is basis.turns[1]
    assert ops.svd(inner).right(1).turns[0] is None
    assert ops.svd(ops.transpose(inner)).right(1).turns[0] is basis.turns[1]
    with pytest.raises(NotAvailable, match="not on the same one"):
        # Its left vectors have no entries before the basis is chosen.
        ops.product(ops.transpose(ops.svd(inner).left(1)), EnclosedMatrix(np.eye(3)))
    # Brought back, they are those of the projection, in the first matrix's own coordinates.
    back, projected = ops.product(basis, ops.svd(inner).left(1)), ops.product(basis, inner)
    along = ops.frobenius_norm(ops.product(ops.transpose(back), projected))
    assert abs(along - ops.singular_value(projected, 0)) < 1e-10
    assert ops.svd(inner).truncated(1).turns == inner.turns
