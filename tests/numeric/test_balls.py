"""Every ball holds the true value: against 200-digit references, on matrices that break floating point."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

pytest.importorskip("flint")

import flint

from specbound.numeric.balls import Ball, BallMatrix, BallOps, working_precision
from specbound.numeric.ops import NotAvailable

OPS = BallOps()
RNG = np.random.default_rng(3)
NASTY = {
    "gaussian": RNG.standard_normal((3, 3)),
    "row": RNG.standard_normal((1, 3)),
    "column": RNG.standard_normal((3, 1)),
    "wide": RNG.standard_normal((2, 3)),
    "zero": np.zeros((2, 3)),
    "identity": np.eye(3),
    "rank one": np.outer([1, 2, 3], [0.1, 0.2, 0.3]),
    "integers": [[3, 22], [-24, 26]],
    "fractions": [[Fraction(1, 3), Fraction(2, 7)], [0, Fraction(-5, 11)]],
    "cluster": np.eye(3) + 1e-15 * RNG.standard_normal((3, 3)),
    "graded": np.diag([1.0, 1e-40, 1e-80]) @ RNG.standard_normal((3, 3)),
    "huge and tiny": [[1e150, 0.0], [1.0, 1e-150]],
}


def ends(ball: Ball) -> tuple[flint.fmpq, flint.fmpq]:
    return ball.number.lower().mid().fmpq(), ball.number.upper().mid().fmpq()


def holds(ball: Ball, value: mpmath.mpf) -> bool:
    low, high = (mpmath.mpf(int(end.p)) / int(end.q) for end in ends(ball))
    slack = abs(value) * mpmath.mpf(10) ** -150
    return low - slack <= value <= high + slack


def reference(rows) -> list[mpmath.mpf]:
    with mpmath.workdps(900):
        exact = [
            [Fraction(float(v)) if isinstance(v, float) else Fraction(v) for v in row]
            for row in np.array(rows).tolist()
        ]
        matrix = mpmath.matrix([[mpmath.mpf(v.numerator) / v.denominator for v in row] for row in exact])
        gram = matrix * matrix.T if matrix.rows < matrix.cols else matrix.T * matrix
        values = mpmath.eigsy(gram, eigvals_only=True)
        return sorted((mpmath.sqrt(max(v, 0)) for v in values), reverse=True)


@pytest.mark.parametrize("bits", [64, 128, 512])
@pytest.mark.parametrize("name", NASTY)
def test_singular_values_lie_in_their_balls(name: str, bits: int) -> None:
    values = reference(NASTY[name])
    with working_precision(bits), mpmath.workdps(900):
        spectrum = OPS.singular_values(BallMatrix.exact(NASTY[name]))
        assert spectrum.count == len(values)
        for index, value in enumerate(values):
            if value < mpmath.mpf(10) ** -400 * values[0]:
                # The reference is rounding there.
                value = mpmath.mpf(0)
            assert holds(spectrum.value(index), value), (index, spectrum.value(index))
        assert spectrum.value(len(values)) == 0


@pytest.mark.parametrize("power", [20, 60, 129, 130, 132, 140, 400])
def test_nearly_equal_values_of_different_multiplicity_are_not_confused(power: int) -> None:
    s = 1 + Fraction(1, 2**power)
    with working_precision(128):
        spectrum = OPS.singular_values(BallMatrix.exact([[1, 0, 0], [0, s, 0], [0, 0, s]]))
        exact = flint.fmpq(s.numerator, s.denominator)
        for index, value in enumerate((exact, exact, flint.fmpq(1))):
            low, high = ends(spectrum.value(index))
            assert low <= value <= high


@pytest.mark.parametrize(
    "rows",
    [
        [[1.0, 1e-300], [1e-300, 1.0]],
        [[1.0, 0, 0], [0, 1.0, 1e-150], [0, 0, 1e-150]],
        [[0, -1e-320, 5e-324], [5e-324, -1e-320, 1.7e308], [1.7e308, 1, 1e-310]],
    ],
)
def test_clusters_beyond_any_precision_cost_no_time_and_give_no_vectors(rows) -> None:
    with working_precision(128):
        svd = OPS.svd(BallMatrix.exact(rows))
        assert svd.value(0) > 0
        with pytest.raises(NotAvailable, match="too low to tell singular values apart"):
            svd.left(1)


@pytest.mark.parametrize("name", NASTY)
def test_singular_vectors_are_a_decomposition(name: str) -> None:
    matrix = BallMatrix.exact(NASTY[name])
    with working_precision(512):
        svd = OPS.svd(matrix)
        for count in range(1, svd.count + 1):
            left, right = svd.left(count), svd.right(count)
            for vectors in (left, right):
                gram = OPS.product(vectors.mT, vectors).balls()
                identity = flint.arb_mat(count, count, [int(i == j) for i in range(count) for j in range(count)])
                assert gram.contains(identity)
            diagonal = OPS.compression(matrix, left, right).balls()
            for i in range(count):
                for j in range(count):
                    assert diagonal[i, j].overlaps(svd.value(i).number if i == j else flint.arb(0))
        assert svd.truncated(svd.count).balls().contains(flint.arb_mat(matrix.entries))
        assert float(svd.value(0).number.rad()) <= 1e-100 * max(1.0, float(svd.value(0).number.mid()))
        with pytest.raises(NotAvailable, match="were asked for; there are"):
            svd.left(svd.count + 1)


def test_matrices_with_radii_widen_their_values() -> None:
    with working_precision(64):
        third = BallMatrix(flint.arb_mat([[flint.arb(1, 0.25), 0], [0, flint.arb(3, 0.25)]]))
        low, high = OPS.singular_value(third, 0).bounds()
        assert low <= 2.75
        assert high >= 3.25
        with pytest.raises(NotAvailable, match="those of exact matrices"):
            OPS.svd(third)


def test_the_largest_of_overlapping_balls_holds_all_it_can_be() -> None:
    with working_precision(64):
        balls = [Ball(flint.arb(1, 0.5)), Ball(flint.arb(1.25, 0.125)), Ball(0)]
        low, high = OPS.largest_over(lambda i: balls[i], 3).bounds()
        assert low <= 1.125
        assert high >= 1.5
        assert OPS.largest_over(lambda i: balls[i], 3, index=7) == 0
        with pytest.raises(IndexError):
            OPS.largest_over(lambda i: balls[i], 3, index=-1)


def test_exact_operations_stay_exact() -> None:
    a, b = BallMatrix.exact([[1, Fraction(1, 2)], [0, 3]]), BallMatrix.exact([[2, 0], [1, 1]])
    for result in (OPS.sum(a, b), OPS.difference(a, b), OPS.product(a, b), OPS.kronecker(a, b), OPS.leading(a, 1, 2)):
        assert result.is_exact
    assert OPS.kronecker(a, b).shape == (4, 4)
    assert OPS.kronecker(a, b).fractions()[1] == ["1", "1", "1/2", "1/2"]
    assert OPS.leading(a, 1, 2).fractions() == [["1", "1/2"]]
    turn = BallMatrix.exact([[Fraction(3, 5), Fraction(-4, 5)], [Fraction(4, 5), Fraction(3, 5)]])
    assert OPS.orthonormal(turn)
    assert not OPS.orthonormal(BallMatrix.exact([[0.6, -0.8], [0.8, 0.6]]))


def test_angles_hold_theirs() -> None:
    with working_precision(128):
        axis = OPS.svd(BallMatrix.exact([[2, 0], [0, 1]])).left(1)
        tilted = OPS.svd(BallMatrix.exact([[3, 4]])).right(1)
        assert OPS.cosine(axis, tilted).number.contains(flint.fmpq(3, 5))
        assert OPS.sine(axis, tilted).number.contains(flint.fmpq(4, 5))


def test_a_ball_counts_like_a_number_and_compares_only_for_certain() -> None:
    with working_precision(64):
        wide = Ball(flint.arb(0, 1))
        assert (wide**2).is_finite
        assert (2 - Ball(1)) * 3 / 3 + 1 == 2
        assert -abs(Ball(-2)) == -2
        assert Ball(Fraction(1, 3)) * 3 <= 1.0001
        with pytest.raises(NotAvailable, match="leaves open"):
            bool(wide < 0.5)
        with pytest.raises(NotAvailable, match="leaves open"):
            max(wide, Ball(0))
        with pytest.raises(NotAvailable, match="powers"):
            wide**0.5
        assert not (1 / wide).is_finite
        low, high = Ball(0.1).bounds()
        assert low < 0.1 < high


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([[float("inf")]], ValueError),
        ([[float("nan")]], ValueError),
        ([1, 2], ValueError),
        ([[1, 2], [3]], ValueError),
        ([[[1]]], ValueError),
        ([["1"]], TypeError),
        ([[1j]], TypeError),
    ],
)
def test_what_is_no_exact_matrix_is_refused(rows, error) -> None:
    with pytest.raises(error, match=r"required|inhomogeneous"):
        BallMatrix.exact(rows)


def test_every_digit_of_a_float_counts() -> None:
    assert BallMatrix.exact([[0.1]]).fractions() == [["3602879701896397/36028797018963968"]]
    long = np.longdouble(1) + np.longdouble(2) ** -60
    assert BallMatrix.exact([[long]]).fractions() != [["1"]]


def test_entries_and_equations() -> None:
    a, b = BallMatrix.exact([[2, -1], [0, 4]]), BallMatrix.exact([[3], [8]])
    singular = BallMatrix.exact([[1, 2], [2, 4]])
    assert OPS.absolute(a).fractions() == [["2", "1"], ["0", "4"]]
    assert OPS.hadamard(a, OPS.absolute(a)).fractions() == [["4", "-1"], ["0", "16"]]
    assert OPS.solve(a, b).fractions() == [["5/2"], ["2"]]
    assert OPS.nonsingular(a)
    assert not OPS.nonsingular(singular)
    assert OPS.bounded(BallMatrix.exact([[1, Fraction(-1, 2)]]))
    assert not OPS.bounded(a)
    assert OPS.column(BallMatrix.exact([[1, Fraction(-1, 2)]]), 1).fractions() == [["-1/2"]]
    assert OPS.at_least(OPS.entry(a), 2, 1)
    assert not OPS.at_least(OPS.entry(a), Fraction(5, 2), 1)
    with pytest.raises(NotAvailable, match="not known to be nonsingular"):
        OPS.solve(singular, b)
    with working_precision(64):
        wide = BallMatrix(flint.arb_mat([[flint.arb(2, 0.25), -1], [0, 4]]))
        assert OPS.solve(wide, b).balls()[0, 0].contains(flint.fmpq(5, 2))
        assert OPS.absolute(OPS.hadamard(wide, a)).balls()[0, 0].contains(flint.fmpq(9, 2))
        assert not OPS.nonsingular(wide)
        with pytest.raises(NotAvailable, match="not known to be nonsingular"):
            OPS.solve(BallMatrix(flint.arb_mat([[flint.arb(0, 0.25)]])), BallMatrix.exact([[1]]))


def test_what_would_take_minutes_is_refused() -> None:
    large = BallMatrix.exact(np.eye(41))
    with pytest.raises(NotAvailable, match="eigenvalues of 41 rows in balls"):
        OPS.singular_values(large)
    with pytest.raises(NotAvailable, match="more than 10000 entries is too large for balls"):
        OPS.kronecker(large, BallMatrix.exact(np.eye(3)))
    assert OPS.singular_value(BallMatrix.exact(np.eye(40)), 39) == 1
