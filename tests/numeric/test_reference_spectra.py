"""The references agree with each other, and see what they should refuse."""

import mpmath
import numpy as np
import pytest

from tests.numeric.families import FAMILIES
from tests.reference_spectra import ACCURACY, exact_counts, exact_misses, known, misses, spectrum, squares


def around(values: list[mpmath.mpf], apart: float) -> tuple[np.ndarray, np.ndarray]:
    """Floats below and above each value, by ``apart`` of the largest."""
    numbers = np.array([float(value) for value in values])
    below = np.maximum(np.nextafter(numbers - apart * numbers[0], -1), 0)
    return below, np.nextafter(numbers + apart * numbers[0], np.inf)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("size", [1, 5])
def test_eighty_digits_and_exact_counts_agree_on_every_family(name: str, size: int) -> None:
    matrix = FAMILIES[name](size, np.random.default_rng(size))
    assert matrix.dtype == np.float64
    assert np.isfinite(matrix).all()
    values = spectrum(matrix)
    lower, upper = around(values, 1e-15)
    assert misses(values, lower, upper) == exact_misses(matrix, lower, upper) == []
    if values[0]:
        assert misses(values, upper, upper + np.spacing(upper))
        assert exact_misses(matrix, upper, upper + np.spacing(upper))


def test_counts_tell_the_last_bit() -> None:
    matrix = np.diag([3.0, 1.0, 1.0, 0.0])
    assert exact_counts(matrix, 1.0) == (1, 3)
    assert exact_counts(matrix, np.nextafter(1.0, 2)) == (1, 1)
    assert exact_counts(matrix, np.nextafter(1.0, 0)) == (3, 3)
    assert exact_counts(matrix, 0.0) == (3, 4)
    assert exact_counts(5e-324 * matrix, 5e-324) == (1, 3)
    values = np.array([3.0, 1.0, 1.0, 0.0])
    assert exact_misses(matrix, values, values) == []
    assert exact_misses(matrix, [3.0, 1.0, np.nextafter(1.0, 2), 0.0], [3.0, 1.0, 2.0, 0.0]) == [2]
    assert exact_misses(matrix, values, [np.nextafter(3.0, 0), 1.0, 1.0, 0.0]) == [0]
    assert exact_misses(matrix, [3.0, 1.0, 1.0, 5e-324], [3.0, 1.0, 1.0, 1.0]) == [3]
    assert exact_misses(matrix, values, [np.nan, 1.0, 1.0, 0.0]) == [0]
    assert exact_misses(matrix, [np.nan, 1.0, 1.0, 0.0], values) == [0]


def test_what_is_not_a_number_holds_nothing() -> None:
    one = [mpmath.mpf(1)]
    assert misses(one, [np.nan], [2.0]) == misses(one, [0.0], [np.nan]) == [0]
    assert misses(one, [0.0], [np.inf]) == []
    assert misses(one, [1 + 1e-15], [2.0]) == misses(one, [0.0], [1 - 1e-15]) == [0]


def test_balls_hold_the_eighty_digits() -> None:
    flint = pytest.importorskip("flint")
    matrix = FAMILIES["gaussian"](12, np.random.default_rng(5))
    before, flint.ctx.prec = flint.ctx.prec, 600
    try:
        balls = flint.arb_mat(matrix.tolist())
        roots = [root.real.sqrt() for root in flint.acb_mat(balls.transpose() * balls).eig()]
        ends = sorted(((root.lower().mid(), root.upper().mid()) for root in roots), key=lambda pair: -float(pair[0]))
        with mpmath.workdps(150):
            ends = [tuple(mpmath.mpf(int(x.fmpq().p)) / int(x.fmpq().q) for x in pair) for pair in ends]
            values = spectrum(matrix)
            slack = ACCURACY * values[0]
            assert all(low - slack <= v <= high + slack for v, (low, high) in zip(values, ends, strict=True))
            assert max(high - low for low, high in ends) < slack
    finally:
        flint.ctx.prec = before


SHAPES = [(1, 1), (1, 5), (3, 3), (4, 4), (6, 6), (5, 8), (9, 4)]


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_known_spectrum_is_exact(shape: tuple[int, int], layers: int) -> None:
    generator = np.random.default_rng(sum(shape))
    values = generator.integers(0, 2**20, min(shape)) * 2.0**-13
    made = known(shape, values, generator, layers)
    assert made.matrix.shape == shape
    assert exact_misses(made.matrix, made.values, made.values) == []
    assert exact_misses(made.matrix, made.values, made.values * (1 - 1e-15)) or not made.values.any()


@pytest.mark.parametrize("size", [256, 1000])
def test_a_large_one_is_dense_and_has_the_right_sum_of_squares_in_integers(size: int) -> None:
    generator = np.random.default_rng(size)
    values = generator.integers(0, 2**30, size)
    made = known((size, size), values.astype(float), generator)
    unit = 2**10
    assert squares((made.matrix * unit).astype(np.int64)) == unit**2 * sum(v**2 for v in values.tolist())
    assert np.array_equal((made.matrix * unit).astype(np.int64) / unit, made.matrix)
    assert (made.matrix != 0).mean() > 0.15


def test_values_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="leave no room for 10 more in 53"):
        known((1024, 1024), np.arange(1024) * 2.0**34 + 1, np.random.default_rng(0))


def test_the_sum_of_squares_is_exact_to_the_last_bit() -> None:
    integers = np.array([[2**53 - 1, -(2**53) + 1], [3, -(2**40) - 1]])
    assert squares(integers) == sum(x**2 for x in integers.ravel().tolist())
