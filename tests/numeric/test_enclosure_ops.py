"""Every operation on enclosed matrices holds what it makes of every matrix that is enclosed, and is narrow."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np
import pytest

from specbound.checks.certified import _drawn
from specbound.checks.decide import exact_number
from specbound.core.catalogue import catalog
from specbound.core.statement import Statement
from specbound.numeric.enclosures import ops as ops_module
from specbound.numeric.enclosures.interval import Interval
from specbound.numeric.enclosures.matrix import EnclosedMatrix
from specbound.numeric.enclosures.ops import EnclosureOps
from specbound.numeric.ops import NotAvailable
from tests.numeric import exact_products
from tests.numeric.exact_ends import encloses, ends, holds, middle, one_within, power, radius, rational, times, width
from tests.numeric.exact_products import Exact, difference, exact, square_sum, transposed

MODES = ("fast", "tight")
UNIT = 2.0**-53
TURN, OTHER = object(), object()


def _sum(one: Exact, other: Exact) -> Exact:
    return difference(one, times(-1, other))


def _hadamard(one: Exact, other: Exact) -> Exact:
    return [[a * b for a, b in zip(p, q, strict=True)] for p, q in zip(one, other, strict=True)]


def _kronecker(one: Exact, other: Exact) -> Exact:
    return [[a * b for a in p for b in q] for p in one for q in other]


BINARY: dict[str, tuple[Callable[..., Any], Callable[[Exact, Exact], Exact]]] = {
    "sum": (EnclosureOps.sum, _sum),
    "difference": (EnclosureOps.difference, difference),
    "product": (EnclosureOps.product, exact_products.product),
    "hadamard": (EnclosureOps.hadamard, _hadamard),
    "kronecker": (EnclosureOps.kronecker, _kronecker),
    "compression": (
        lambda ops, a, b: ops.compression(a, b, a),
        lambda a, b: exact_products.product(exact_products.product(transposed(b), a), a),
    ),
}

UNARY: dict[str, tuple[Callable[..., Any], Callable[[Exact], Exact]]] = {
    "transpose": (EnclosureOps.transpose, transposed),
    "absolute": (EnclosureOps.absolute, lambda a: [[abs(x) for x in row] for row in a]),
    "vec": (EnclosureOps.vec, lambda a: [[x] for row in a for x in row]),
    "leading": (lambda ops, a: ops.leading(a, 1, 2), lambda a: [row[:2] for row in a[:1]]),
    "column": (lambda ops, a: ops.column(a, 1), lambda a: [[row[1]] for row in a]),
    "scaled": (lambda ops, a: ops.scaled(Fraction(-7, 3), a), lambda a: times(Fraction(-7, 3), a)),
    "scaled up": (lambda ops, a: ops.scaled(10**400, a), lambda a: times(10**400, a)),
}


def _enclosed(draws: np.random.Generator, rows: int, columns: int, given: float, exponent: int = 0) -> EnclosedMatrix:
    return EnclosedMatrix(draws.standard_normal((rows, columns)), exponent, given)


def _pairs(draws: np.random.Generator, size: int) -> Iterator[tuple[EnclosedMatrix, EnclosedMatrix]]:
    for exponents in ((0, 0), (0, -3), (-60, 0), (900, -900), (-2000, 5), (3, 1080)):
        for radii in ((0.0, 0.0), (1e-14, 0.0), (0.0, 1e-14), (0.3, 0.3), (1e-9, 0.1)):
            one, other = (
                _enclosed(draws, size, size, given, exponent) for given, exponent in zip(radii, exponents, strict=True)
            )
            yield one, other


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("name", BINARY)
def test_what_two_matrices_give(name: str, size: int, mode: str) -> None:
    ours, truth = BINARY[name]
    draws, ops = np.random.default_rng(size), EnclosureOps(mode)
    for one, other in _pairs(draws, size):
        found = ours(ops, one, other)
        for _ in range(3):
            assert encloses(found, truth(one_within(one, draws), one_within(other, draws)))


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("given", [0.0, 1e-14, 0.3])
@pytest.mark.parametrize("exponent", [0, -2000, 1100])
def test_what_one_matrix_gives(name: str, given: float, exponent: int) -> None:
    ours, truth = UNARY[name]
    draws, ops = np.random.default_rng(1), EnclosureOps("tight")
    for _ in range(8):
        matrix = _enclosed(draws, 3, 3, given, exponent)
        assert encloses(ours(ops, matrix), truth(one_within(matrix, draws)))


@pytest.mark.parametrize("name", ["product", "hadamard", "kronecker", "sum", "difference"])
@pytest.mark.parametrize("mode", MODES)
def test_radii_of_scalars_are_as_wide_as_they_must_be(name: str, mode: str) -> None:
    """For numbers the worst case is an end: each term of the radius is needed, and no more is."""
    ops = EnclosureOps(mode)
    for r, s in ((0.25, 0.0), (0.0, 0.25), (0.25, 0.25), (0.125, 0.5)):
        one, other = EnclosedMatrix(np.array([[0.75]]), 2, r), EnclosedMatrix(np.array([[0.5]]), 2, s)
        ours, truth = BINARY[name]
        found = ours(ops, one, other)
        (worst,) = {
            max(
                abs(truth([[4 * (Fraction(0.75) + i * Fraction(r))]], [[4 * (Fraction(0.5) + j * Fraction(s))]])[0][0]
                    - middle(found)[0][0])
                for i in (-1, 1)
                for j in (-1, 1)
            )
        }  # fmt: skip
        # The bound of entrywise products takes entries for 1 that are 1/2 or more.
        slack = 2 if name == "hadamard" else 1
        assert worst <= radius(found) <= slack * worst * (1 + Fraction(1, 2**45)) + Fraction(1, 2**45)


def test_a_number_that_is_itself_enclosed() -> None:
    ops = EnclosureOps("tight")
    for r, s in ((0.0, 0.25), (0.25, 0.0), (0.25, 0.25)):
        for sign in (-1, 1):
            number, matrix = (
                Interval.between(sign * 0.75 - r, sign * 0.75 + r, 3),
                EnclosedMatrix(np.array([[0.5]]), 0, s),
            )
            found = ops.scaled(number, matrix)
            corners = [
                8 * (sign * Fraction(3, 4) + i * Fraction(r)) * (Fraction(1, 2) + j * Fraction(s))
                for i in (-1, 1)
                for j in (-1, 1)
            ]
            worst = max(abs(corner - middle(found)[0][0]) for corner in corners)
            assert worst <= radius(found) <= worst * (1 + Fraction(1, 2**45))


@pytest.mark.parametrize("mode", MODES)
def test_radii_of_matrices_are_no_larger_than_told(mode: str) -> None:
    draws, ops = np.random.default_rng(2), EnclosureOps(mode)
    a, b = draws.standard_normal((40, 40)), draws.standard_normal((40, 40))
    one, other = EnclosedMatrix(a), EnclosedMatrix(b)
    for found, size in (
        (ops.sum(one, other), np.linalg.norm(a) + np.linalg.norm(b)),
        (ops.difference(one, other), np.linalg.norm(a) + np.linalg.norm(b)),
        (ops.hadamard(one, other), np.linalg.norm(a * b)),
        (ops.kronecker(ops.leading(one, 5, 5), ops.leading(other, 5, 5)), np.linalg.norm(a[:5, :5])
         * np.linalg.norm(b[:5, :5])),
        (ops.scaled(Fraction(1, 3), one), np.linalg.norm(a) / 3),
    ):  # fmt: skip
        assert 0 < radius(found) <= 4 * UNIT * size
    bound = {"fast": 60, "tight": 3}[mode]
    product = ops.product(one, other)
    assert radius(product) <= bound * UNIT * np.linalg.norm(a) * np.linalg.norm(b)
    inflated = ops.product(EnclosedMatrix(a, 0, 1e-3), other)
    assert radius(inflated) <= 1.7e-3 * np.linalg.norm(b, 2) + 2 * radius(product) or radius(
        inflated
    ) <= 1.001e-3 * np.linalg.norm(b)


@pytest.mark.parametrize("mode", MODES)
def test_a_sum_whose_rounding_is_largest(mode: str) -> None:
    """Halves of a last place are lost, of the larger and of the smaller term."""
    ops = EnclosureOps(mode)
    for a, b in ((1.0, 2.0**-53), (2.0**-53, 1.0), (1.0, 2.0**-54), (1.0, -(2.0**-54)), (3.0, 2.0**-52), (0.1, 0.7)):
        one, other = EnclosedMatrix(np.array([[a, a]])), EnclosedMatrix(np.array([[b, b]]))
        true = [[Fraction(a) + Fraction(b)] * 2]
        assert encloses(ops.sum(one, other), true)
        assert encloses(ops.difference(one, ops.scaled(-1, other)), true)
        assert radius(ops.sum(one, other)) <= Fraction(1, 2**51)
    cancelled = ops.difference(EnclosedMatrix(np.array([[1.0]])), EnclosedMatrix(np.array([[1 - UNIT]])))
    assert middle(cancelled) == [[Fraction(UNIT)]]
    assert radius(cancelled) < Fraction(1, 10**100)


def test_what_is_too_small_for_the_sum_is_not_forgotten() -> None:
    ops = EnclosureOps("tight")
    tiny = EnclosedMatrix(np.array([[1.0, 2.0**-1060]]))
    for exponent in (20, 950, 3000):
        found = ops.sum(EnclosedMatrix(np.array([[1.0, 0.0]]), exponent), tiny)
        assert encloses(found, [[power(exponent) + 1, Fraction(2) ** -1060]])
        assert radius(found) <= power(exponent - 53) + 2


def test_the_same_object_cancels_and_an_equal_one_does_not() -> None:
    ops = EnclosureOps("tight")
    one, other = (EnclosedMatrix(np.array([[1.0, 2.0]]), 0, 0.5) for _ in range(2))
    nothing = ops.difference(one, one)
    assert (nothing.shape, radius(nothing)) == ((1, 2), 0)
    assert not nothing.middle.any()
    assert radius(ops.difference(one, other)) >= 1
    total = ops.sum(one, other)
    assert radius(ops.difference(ops.sum(one, other), total)) == 0
    assert ops.sum(one) is one


# Scalars.


def _mp(matrix: Exact) -> mpmath.matrix:
    return mpmath.matrix([[mpmath.mpf(a.numerator) / a.denominator for a in row] for row in matrix])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("given", [0.0, 1e-13, 1e-3, 0.4])
@pytest.mark.parametrize("exponent", [0, -1500, 1500])
def test_scalars_of_matrices(given: float, exponent: int, mode: str) -> None:
    draws, ops = np.random.default_rng(3), EnclosureOps(mode)
    with mpmath.workdps(80):
        for rows, columns in ((1, 1), (3, 3), (4, 2), (1, 3)):
            matrix = _enclosed(draws, rows, columns, given, exponent)
            for _ in range(4):
                true = one_within(matrix, draws)
                norm = ops.frobenius_norm(matrix)
                low, high = ends(norm)
                assert low**2 <= square_sum(true) <= high**2
                assert width(norm) <= (Fraction(21, 10) * radius(matrix)) + 20 * Fraction(UNIT) * high
                if (rows, columns) == (1, 1):
                    assert holds(ops.entry(matrix), true[0][0])
                    assert width(ops.entry(matrix)) <= Fraction(21, 10) * radius(matrix) + 8 * Fraction(UNIT) * high
                gram = _mp(true) * _mp(true).T if rows < columns else _mp(true).T * _mp(true)
                values = sorted((mpmath.sqrt(max(v, 0)) for v in mpmath.eigsy(gram, eigvals_only=True)), reverse=True)
                for index, value in enumerate(values):
                    found = ops.singular_value(matrix, index)
                    assert holds(found, value)
                    assert width(found) <= Fraction(21, 10) * radius(matrix) + Fraction(2e-13) * high
                assert ops.singular_value(matrix, len(values)) == 0
    assert ops.frobenius_norm(matrix) is ops.frobenius_norm(matrix)


def test_the_ends_of_a_number_are_those_of_its_matrix() -> None:
    ops = EnclosureOps("fast")
    matrix = EnclosedMatrix(np.array([[0.5]]), 3, 0.25)
    for found in (ops.entry(matrix), ops.frobenius_norm(matrix), ops.singular_value(matrix, 0)):
        low, high = ends(found)
        assert low <= 2
        assert high >= 6
        assert high - low < 4 + 1e-12


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("given", [0.0, 1e-12, 1e-3, 0.3])
@pytest.mark.parametrize("exponent", [0, -1200, 700])
def test_eigenvalues(given: float, exponent: int, mode: str) -> None:
    draws, ops = np.random.default_rng(4), EnclosureOps(mode)
    with mpmath.workdps(60):
        for size in (1, 2, 4):
            for kind in range(4):
                start = draws.standard_normal((size, size))
                start = [start + start.T, -start @ start.T, np.ones((size, size)), np.diag(start[0])][kind]
                start = np.tril(start) + np.tril(start, -1).T
                matrix = EnclosedMatrix(start, exponent, given)
                for _ in range(3):
                    true = one_within(matrix, draws)
                    # The symmetric part of a matrix on the border is enclosed too.
                    true = times(Fraction(1, 2), _sum(true, transposed(true)))
                    values = sorted(mpmath.eigsy(_mp(true), eigvals_only=True), reverse=True)
                    for index, value in enumerate(values):
                        found = ops.eigenvalue(matrix, index)
                        low, high = ends(found)
                        near, slack = rational(value), max(map(rational, (abs(values[0]), abs(values[-1])))) / 10**45
                        assert low - slack <= near <= high + slack
                        assert width(found) <= Fraction(21, 10) * radius(matrix) + power(exponent) * Fraction(
                            1e-13 * np.linalg.norm(start)
                        )


def test_eigenvalues_that_move_as_far_as_they_may() -> None:
    ops = EnclosureOps("tight")
    matrix = EnclosedMatrix(np.diag([0.5, -0.25]), 1, 0.125)
    for index, value in enumerate((1.0, -0.5)):
        low, high = ends(ops.eigenvalue(matrix, index))
        assert low <= value - 0.25
        assert high >= value + 0.25


@pytest.mark.parametrize("mode", MODES)
def test_eigenvalues_from_a_bad_decomposition(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = np.random.default_rng(5)
    eigh = np.linalg.eigh
    for noise in (1e-10, 1e-3, 0.1):

        def bad(matrix: np.ndarray, noise: float = noise) -> tuple[np.ndarray, np.ndarray]:
            values, vectors = eigh(matrix)
            turned = vectors * (1 + noise * draws.standard_normal(len(values)))
            return values * (1 + noise * draws.standard_normal(len(values))), turned

        monkeypatch.setattr(np.linalg, "eigh", bad)
        for start in (np.diag([3.0, -2.0, 1.0]), np.array([[2.0, 1.0], [1.0, -2.0]]), np.array([[-1.0]])):
            matrix = EnclosedMatrix(start)
            true = eigh(start)[0][::-1]
            for index, value in enumerate(true):
                low, high = ends(EnclosureOps(mode).eigenvalue(matrix, index))
                assert low - Fraction(1, 2**49) <= Fraction(float(value)) <= high + Fraction(1, 2**49)


def test_eigenvalues_of_stretched_vectors_are_those_of_ostrowski(monkeypatch: pytest.MonkeyPatch) -> None:
    """``Q Λ Qᵀ`` is the matrix, exactly, of a Q that is not orthogonal: only its defect tells."""
    matrix = EnclosedMatrix(np.array([[0.5]]))
    monkeypatch.setattr(np.linalg, "eigh", lambda _: (np.array([0.5 / 1.5**2]), np.array([[1.5]])))
    for mode in MODES:
        assert holds(EnclosureOps(mode).eigenvalue(matrix, 0), Fraction(1, 2))


def test_eigenvalues_in_whatever_order_they_are_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    eigh = np.linalg.eigh
    monkeypatch.setattr(np.linalg, "eigh", lambda m: tuple(part[..., [1, 2, 0]] for part in eigh(m)))
    for mode in MODES:
        ops = EnclosureOps(mode)
        matrix = EnclosedMatrix(np.diag([3.0, -2.0, 1.0]))
        assert all(holds(ops.eigenvalue(matrix, index), value) for index, value in enumerate((3, 1, -2)))


def test_the_symmetric_part_is_rounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the decomposition of the rounded part is exact, and the radius is spent, nothing else covers it."""
    monkeypatch.setattr(ops_module, "Factors", lambda *_: SimpleNamespace(defects=lambda _: (0.0, 0.0, 0.0)))
    monkeypatch.setattr(np.linalg, "eigh", lambda _: (np.array([0.0, 1.0]), np.eye(2)))
    skew, place = Fraction(1, 2**54), Fraction(1, 2**54)
    matrix = EnclosedMatrix(np.array([[0.5, -0.5], [-0.5 - 2.0**-53, 0.5]]), 0, 10 * 2.0**-54)
    # Beside the skew part, this much of the radius is left along (1, 1).
    along = Fraction(9899, 1000) * skew
    assert along**2 + 2 * skew**2 <= radius(matrix) ** 2
    low, _ = ends(EnclosureOps("tight").eigenvalue(matrix, 1))
    assert low <= -along - place


def test_eigenvalues_are_those_of_symmetric_matrices_of_one_basis() -> None:
    ops = EnclosureOps("tight")
    for rows in ([[1, 2], [3, 4]], [[1, 2.0**-40], [0, 1]], [[0, 1], [-1, 0]]):
        with pytest.raises(NotAvailable, match="not symmetric"):
            ops.eigenvalue(EnclosedMatrix.exact(rows), 0)
    # Its symmetric neighbours are enclosed.
    assert ops.eigenvalue(EnclosedMatrix(np.array([[1.0, 2.0**-40], [0, 1]]), 0, 2.0**-40), 0) > 0.9
    with pytest.raises(NotAvailable, match="not symmetric"):
        ops.eigenvalue(EnclosedMatrix(np.array([[1.0, 2.0**-40], [0, 1]]), 0, 2.0**-42), 0)
    for shape in ((1, 2), (2, 1), (2, 3)):
        with pytest.raises(NotAvailable, match="not symmetric"):
            ops.eigenvalue(EnclosedMatrix(np.ones(shape)), 0)
    for index in (-1, 2, 7):
        with pytest.raises(IndexError, match="counted from 0"):
            ops.eigenvalue(EnclosedMatrix(np.diag([2.0, 1.0])), index)
    svd = ops.svd(EnclosedMatrix(np.diag([2.0, -1.0])))
    between = ops.product(ops.transpose(svd.left(2)), svd.right(2))
    with pytest.raises(NotAvailable, match="different choices of basis"):
        # They are 1 and -1; the stand-ins for both bases are equal.
        ops.eigenvalue(between, 1)
    inner = ops.compression(EnclosedMatrix(np.diag([2.0, -1.0])), svd.left(1), svd.left(1))
    assert 1.999 < ops.eigenvalue(inner, 0) < 2.001


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("given", "other"), [(0.0, 0.0), (1e-10, 0.0), (0.0, 1e-10), (1e-3, 1e-3), (0.05, 0.1)])
def test_equations(given: float, other: float, mode: str) -> None:
    draws, ops = np.random.default_rng(6), EnclosureOps(mode)
    for size in (1, 2, 4):
        for exponents in ((0, 0), (40, -40), (-1500, 900)):
            start = np.diag(draws.choice([1.0, -0.9], size)) + 0.1 * draws.standard_normal((size, size))
            matrix = EnclosedMatrix(start, exponents[0], given)
            columns = _enclosed(draws, size, 2, other, exponents[1])
            found = ops.solve(matrix, columns)
            assert radius(found) <= power(exponents[1] - exponents[0]) * Fraction(100 * (given + other) + 1e-12)
            for _ in range(3):
                assert encloses(found, _solved(one_within(matrix, draws), one_within(columns, draws)))


def _solved(matrix: Exact, columns: Exact) -> Exact:
    rows = [[*row, *right] for row, right in zip(matrix, columns, strict=True)]
    for i in range(len(rows)):
        pivot = next(k for k in range(i, len(rows)) if rows[k][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for k in range(len(rows)):
            if k != i:
                rows[k] = [a - rows[k][i] * b for a, b in zip(rows[k], rows[i], strict=True)]
    return [row[len(matrix) :] for row in rows]


@pytest.mark.parametrize("mode", MODES)
def test_equations_that_are_nearly_singular(mode: str) -> None:
    ops = EnclosureOps(mode)
    hilbert = [[Fraction(1, i + j + 1) for j in range(5)] for i in range(5)]
    columns = [[Fraction(1)] for _ in range(5)]
    matrix = EnclosedMatrix.exact(hilbert)
    found = ops.solve(matrix, EnclosedMatrix.exact(columns))
    assert encloses(found, _solved(hilbert, columns))
    for rows, spread in (([[1.0, 2], [2, 4]], 0.0), ([[1.0, 1], [1, 1 + 2**-52]], 0.0), ([[1.0, 0], [0, 0.5]], 0.51)):
        matrix = EnclosedMatrix(np.array(rows), 0, spread)
        with pytest.raises(NotAvailable, match="not known to be nonsingular"):
            ops.solve(matrix, EnclosedMatrix(np.ones((2, 1))))
        with pytest.raises(NotAvailable, match="leaves open"):
            ops.nonsingular(matrix)


@pytest.mark.parametrize("mode", MODES)
def test_a_bad_solution_is_far_and_not_wrong(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix, columns = EnclosedMatrix(np.array([[0.5, 0.25], [0.0, 0.25]]), 4), EnclosedMatrix(np.array([[3.0], [5.0]]))
    true = _solved(middle(matrix), middle(columns))
    solve = np.linalg.solve
    for noise in (1e-9, 1e-2, 10.0, -1.0):
        monkeypatch.setattr(np.linalg, "solve", lambda a, b, noise=noise: solve(a, b) * (1 + noise))
        assert encloses(EnclosureOps(mode).solve(matrix, columns), true)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("given", [0.0, 1e-9, 0.1])
def test_angles(given: float, mode: str) -> None:
    draws, ops = np.random.default_rng(7), EnclosureOps(mode)
    with mpmath.workdps(60):
        for angle in (0.0, 1e-12, 1e-3, 0.7, np.pi / 2):
            turn = np.array([[np.cos(angle)], [np.sin(angle)], [0.0]])
            span = EnclosedMatrix(np.eye(3)[:, [0, 2]], 0, given)
            vector = EnclosedMatrix(turn, 0, given)
            for _ in range(4):
                basis, column = _mp(one_within(span, draws)), _mp(one_within(vector, draws))
                inner = basis.T * column
                assert holds(ops.cosine(span, vector), mpmath.mnorm(inner, "f"))
                assert holds(ops.sine(span, vector), mpmath.mnorm(column - basis * inner, "f"))
            assert width(ops.cosine(span, vector)) <= 5 * given + 1e-14
            assert width(ops.sine(span, vector)) <= 9 * given + 1e-14


# Truth values: certain or not told.


def test_only_columns_that_are_orthonormal_exactly_are() -> None:
    ops = EnclosureOps("tight")
    hadamard = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
    permuted = np.eye(5)[[3, 1, 0, 4, 2]]
    for columns in (np.eye(3), -np.eye(4)[:, 1:3], hadamard, hadamard[:, :2], permuted, np.ones((1, 1))):
        assert ops.orthonormal(EnclosedMatrix(columns)) is True
        assert ops.orthonormal(EnclosedMatrix(columns * 2.0**40, -40)) is True
        for exponent in (-600, -300, -1, 1, 2, 300, 600):
            assert ops.orthonormal(EnclosedMatrix(columns, exponent)) is False
    draws = np.random.default_rng(8)
    for bits in (1, 20, 25, 26, 27, 30, 52, 60, 200, 1000):
        for _ in range(5):
            columns = hadamard.copy()
            columns[draws.integers(4), draws.integers(4)] += 2.0**-bits * draws.choice([-1, 1])
            if (columns == hadamard).all():
                continue
            assert not _told(ops.orthonormal, EnclosedMatrix(columns))
            tall = np.eye(5)[:, :3]
            tall[4, 1] = 2.0**-bits
            assert not _told(ops.orthonormal, EnclosedMatrix(tall))
    assert _told(ops.orthonormal, EnclosedMatrix(np.array([[0.6, -0.8], [0.8, 0.6]]))) is None
    assert _told(ops.orthonormal, EnclosedMatrix(np.eye(2), 0, 1e-300)) is None
    assert _told(ops.orthonormal, EnclosedMatrix(2 * np.eye(2), 0, 0.5)) is False
    assert _told(ops.orthonormal, EnclosedMatrix(np.ones((1, 2)))) is False
    assert _told(ops.orthonormal, EnclosedMatrix(np.eye(2) * [1.0, 1 + 2.0**-20])) is False


def _told(question: Callable[..., bool], *values: Any) -> bool | None:
    try:
        return question(*values)
    except NotAvailable:
        return None


def test_what_is_asked_of_a_matrix() -> None:
    ops = EnclosureOps("tight")
    for entry, given, contraction, bounded in (
        (0.5, 0.0, True, True),
        (0.5, 0.25, True, True),
        (-0.5, 0.75, None, None),
        (1.0, 0.0, None, None),
        (1.0, 0.5, None, None),
        (-2.0, 0.5, False, False),
        (2.0, 1.5, None, None),
    ):
        matrix = EnclosedMatrix(np.array([[entry]]), 0, given)
        assert _told(ops.contraction, matrix) is contraction
        assert _told(ops.bounded, matrix) is bounded
        if given == 0:
            assert _told(ops.nonsingular, matrix) is True
    whole = EnclosedMatrix(np.array([[1.0, -1.0], [1.0, 0.5]]))
    assert _told(ops.contraction, whole) is False
    assert ops.nonsingular(whole) is True
    assert _told(ops.nonsingular, EnclosedMatrix(np.zeros((2, 2)))) is None


def test_comparisons_roots_and_the_largest() -> None:
    ops = EnclosureOps("fast")
    wide = Interval.between(1.0, 2.0)
    assert ops.at_least(wide, wide, 1) is True
    assert ops.at_least(2, wide, 1) is True
    assert ops.at_least(wide, 1, 1) is True
    assert ops.at_least(0.5, wide, 1) is False
    assert ops.at_least(Fraction(3, 2), 1.5, 1) is True
    assert _told(ops.at_least, wide, 1.5, 1) is None
    assert ends(ops.sqrt(4)) == (2, 2)
    assert ends(ops.sqrt(Interval.between(1.0, 4.0))) == (1, 2)
    values = [Interval.between(1.0, 3.0), Interval(2), 0]
    assert ends(ops.largest_over(lambda i: values[i], 3)) == (2, 3)
    assert ends(ops.largest_over(lambda i: values[i], 3, index=1)) == (1, 2)
    assert ends(ops.largest_over(lambda i, j: values[i] * values[j], 2, 2, index=9)) == (0, 0)
    with pytest.raises(IndexError):
        ops.largest_over(lambda i: values[i], 3, index=-1)
    assert holds(ops.sum_over(lambda i: values[i], 3), 4)
    assert ends(ops.product_over(lambda i: values[i], 2)) == (2, 6)
    assert ops.identity(EnclosedMatrix(np.ones((2, 3)))).shape == (2, 2)


# Bases that nobody chose.


def test_entries_of_singular_vectors_are_not_told() -> None:
    ops = EnclosureOps("tight")
    svd = ops.svd(EnclosedMatrix(np.diag([3.0, 2.0, 1.0])))
    u, v, plain = svd.left(1), svd.right(1), EnclosedMatrix(np.ones((3, 1)))
    inner = ops.product(ops.transpose(u), v)
    for refused in (
        lambda: ops.column(u, 0),
        lambda: ops.leading(u, 1, 1),
        lambda: ops.vec(u),
        lambda: ops.absolute(u),
        lambda: ops.hadamard(u, plain),
        lambda: ops.hadamard(plain, u),
        lambda: ops.kronecker(u, plain),
        lambda: ops.kronecker(plain, u),
        lambda: ops.entry(inner),
        lambda: ops.bounded(u),
        lambda: ops.sum(u, v),
        lambda: ops.difference(u, plain),
        lambda: ops.solve(inner, EnclosedMatrix(np.eye(1))),
        lambda: ops.solve(EnclosedMatrix(np.eye(1)), inner),
        lambda: ops.product(u, ops.transpose(v)),
        lambda: ops.product(u, EnclosedMatrix(np.eye(1))),
        lambda: ops.product(ops.transpose(plain), u, ops.transpose(plain)),
    ):
        with pytest.raises(NotAvailable, match="basis"):
            refused()
    assert ops.leading(u, 3, 1) is u
    assert ops.scaled(2, u).turns == u.turns
    assert ops.sum(u, u).turns == u.turns
    assert ops.product(u, ops.transpose(u)).turns == (None, None)
    assert ops.product(ops.transpose(u), v).turns == (u.turns[1], v.turns[1])
    assert ops.transpose(u).turns == (u.turns[1], None)


def test_shapes_that_differ_are_refused() -> None:
    ops = EnclosureOps("tight")
    one, other = EnclosedMatrix(np.ones((2, 2)), 0, 0.1), EnclosedMatrix(np.ones((2, 1)), 0, 0.1)
    for operation in (ops.sum, ops.difference, ops.hadamard):
        with pytest.raises(ValueError, match="two of one shape"):
            operation(one, other)


def test_a_large_kronecker_product_is_refused() -> None:
    with pytest.raises(NotAvailable, match="too large"):
        EnclosureOps("fast").kronecker(EnclosedMatrix(np.ones((2049, 1))), EnclosedMatrix(np.ones((1, 2048))))


def test_results_are_remembered_for_the_matrices_they_are_of() -> None:
    ops = EnclosureOps("tight", limit=0)
    draws = np.random.default_rng(9)
    # Under such a limit each matrix is forgotten at once, and another may have its identity.
    for _ in range(200):
        entries = draws.integers(-5, 6, (2, 2)).astype(float)
        matrix = EnclosedMatrix(entries)
        assert holds(ops.frobenius_norm(matrix) ** 2, Fraction(float((entries**2).sum())))
        assert middle(ops.transpose(matrix)) == exact(entries.T)
        assert encloses(ops.product(matrix, matrix), exact(entries @ entries))


# Every formula of the catalogue, against balls.

CATALOG = catalog()


def _instances(statement: Statement, asked: int, seed: int) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Small instances, some of them badly scaled or of low rank, with both sides and the scale in balls."""
    from specbound.core.errors import InvalidInput
    from specbound.numeric import balls

    draws = np.random.default_rng([seed, *map(ord, statement.id)])
    given = 0
    for values in _drawn(statement.domain, draws):
        found = {name: _harder(values[name], draws) for name in statement.domain.matrices}
        ops = balls.BallOps()
        with balls.working_precision(256):
            try:
                instance = statement.domain.converted({**values, **found}, balls.BallMatrix.exact, exact_number, ops)
                sides = [balls.Ball(0) + side for side in (*statement.sides(instance), statement.magnitude(instance))]
            except (NotAvailable, InvalidInput):
                continue
        if not ops.choice and all(side.is_finite for side in sides):
            given += 1
            yield {**values, **found}, sides
        if given >= asked:
            return


def _harder(matrix: np.ndarray, draws: np.random.Generator) -> np.ndarray:
    kinds = (
        matrix,
        matrix,
        matrix * 2.0 ** draws.integers(-200, 200),
        matrix * 2.0 ** draws.integers(-40, 40, matrix.shape),
        np.round(matrix) + 1e-8 * matrix,
        np.outer(matrix[:, 0], matrix[0]),
        np.eye(*matrix.shape) + 1e-9 * matrix,
    )
    return kinds[draws.integers(len(kinds))]


def _agree(statement: Statement, asked: int, seed: int) -> None:
    pytest.importorskip("flint")
    for values, sides in _instances(statement, asked, seed):
        for mode in MODES:
            ops = EnclosureOps(mode)
            instance = statement.domain.converted(values, EnclosedMatrix.exact, exact_number, ops)
            try:
                found = [*statement.sides(instance), statement.magnitude(instance)]
            except NotAvailable:
                continue
            for one, ball in zip(found, sides, strict=True):
                interval = one if isinstance(one, Interval) else Interval(one)
                low, high = (
                    Fraction(int(end.p), int(end.q))
                    for end in (ball.number.lower().mid().fmpq(), ball.number.upper().mid().fmpq())
                )
                if interval.is_finite:
                    assert ends(interval)[0] <= high
                    assert low <= ends(interval)[1]


@pytest.mark.parametrize("statement", CATALOG.values(), ids=CATALOG)
def test_both_sides_of_each_claim_hold_what_balls_hold(statement: Statement) -> None:
    _agree(statement, 2, 0)


@pytest.mark.slow
@pytest.mark.parametrize("statement", CATALOG.values(), ids=CATALOG)
def test_both_sides_of_each_claim_on_more_instances(statement: Statement) -> None:
    _agree(statement, 60, 1)


@pytest.mark.parametrize("name", [name for name, claim in CATALOG.items() if claim.area == "singular"])
@pytest.mark.parametrize("mode", MODES)
def test_sides_of_claims_on_singular_values_are_narrow(name: str, mode: str) -> None:
    statement, draws = CATALOG[name], np.random.default_rng(10)
    sizes = dict.fromkeys(statement.domain.dimensions, 12)
    matrices = {key: draws.standard_normal(statement.domain.shape(key, sizes)) for key in statement.domain.matrices}
    indices = {key: index.low for key, index in statement.domain.indices.items()}
    instance = statement.domain.converted(
        {**matrices, **indices}, EnclosedMatrix.exact, exact_number, EnclosureOps(mode)
    )
    size = max(ends(statement.magnitude(instance)))
    for side in statement.sides(instance):
        assert width(side) <= {"fast": 1e-9, "tight": 1e-10}[mode] * size
