"""Intervals with ends of any size: they hold the true number, are narrow, and compare only for certain."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import inf, nan, nextafter
from operator import add, mul, sub, truediv
from typing import Any

import mpmath
import numpy as np
import pytest

from specbound.numeric.enclosures.interval import Interval
from specbound.numeric.ops import NotAvailable
from tests.numeric.exact_ends import ends, holds, power, width

NARROW = Fraction(1, 2**104)
LARGEST, LEAST = float(np.finfo(float).max), 5e-324


def _number(draws: np.random.Generator) -> Fraction:
    exponent = int(draws.choice([0, 3, -80, 900, -1100, 5000, -5000]))
    return Fraction(float(draws.standard_normal())) * power(exponent) if draws.random() < 0.9 else Fraction(0)


def _between(a: Fraction, b: Fraction) -> Interval:
    """The convex hull of two numbers."""
    low, high = (Interval(end).number for end in sorted((a, b)))
    return Interval(type(low)([low.a, high.b]))


@pytest.mark.parametrize("operation", [add, sub, mul, truediv], ids=lambda f: f.__name__)
def test_arithmetic_holds_what_it_must_and_little_more(operation: Callable[..., Any]) -> None:
    draws = np.random.default_rng(0)
    for _ in range(800):
        a, b = _number(draws), _number(draws)
        if operation is truediv and b == 0:
            continue
        true = operation(a, b)
        for found in (
            operation(Interval(a), Interval(b)),
            operation(a, Interval(b)),
            operation(Interval(a), b),
        ):
            assert holds(found, true)
            size = max(abs(a), abs(b), abs(true)) if operation in (add, sub) else abs(true)
            assert width(found) <= 4 * NARROW * size


@pytest.mark.parametrize("operation", [add, sub, mul, truediv], ids=lambda f: f.__name__)
def test_arithmetic_of_wide_intervals_holds_all_combinations(operation: Callable[..., Any]) -> None:
    draws = np.random.default_rng(1)
    for _ in range(800):
        a, b, c, d = (Fraction(int(n)) / 4 for n in draws.integers(-6, 7, 4))
        left, right = _between(a, b), _between(c, d)
        found = operation(left, right)
        if not found.is_finite:
            assert operation is truediv
            assert min(c, d) <= 0 <= max(c, d)
            continue
        for one, other in product((a, b, (a + 2 * b) / 3), (c, d, (2 * c + d) / 3)):
            assert holds(found, operation(one, other))


def test_signs_sizes_and_powers() -> None:
    draws = np.random.default_rng(2)
    for _ in range(400):
        a, b = (Fraction(int(n)) / 4 for n in draws.integers(-6, 7, 2))
        wide = _between(a, b)
        inside = (a, b, (a + b) / 2, (a + 3 * b) / 4)
        for exponent in range(5):
            assert all(holds(wide**exponent, value**exponent) for value in inside)
        assert all(holds(-wide, -value) and holds(abs(wide), abs(value)) for value in inside)
        assert ends(wide**2)[0] >= 0
        assert ends(abs(wide))[0] >= 0
        low, high = min(a, b), max(a, b)
        assert wide.signs() == ((low > 0) - (low < 0), (high > 0) - (high < 0))
    assert width(Interval(3) ** 5) == 0
    for exponent in (-1, 0.5, 2.0, True, None):
        with pytest.raises(NotAvailable, match="powers"):
            Interval(2) ** exponent


def test_numbers_are_taken_for_what_they_are() -> None:
    third = np.longdouble(1) / 3
    assert ends(Interval(0.1)) == (Fraction(0.1), Fraction(0.1))
    assert ends(Interval(np.float32(0.1))) == (Fraction(float(np.float32(0.1))),) * 2
    assert ends(Interval(np.int64(3))) == (3, 3)
    assert ends(Interval(LEAST)) == (Fraction(LEAST),) * 2
    assert holds(Interval(third), Fraction(*map(int, third.as_integer_ratio())))
    assert third == float(third) or not holds(Interval(third), Fraction(float(third)))
    for number in (10**400 + 1, Fraction(1, 3), Fraction(1, 10**500), -(2**300) - 1):
        assert holds(Interval(number), Fraction(number))
        assert width(Interval(number)) <= NARROW * abs(Fraction(number))
    same = Interval(2)
    assert Interval(same).number is same.number


@pytest.mark.parametrize(
    ("value", "error"),
    [(nan, ValueError), (inf, ValueError), (-inf, ValueError), (np.float32("nan"), ValueError)]
    + [(v, TypeError) for v in ("1", 1j, None, [1], Decimal("0.1"), mpmath.mpf(1) / 3, mpmath.pi, np.eye(1))],
)
def test_what_is_no_exact_number_is_refused(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="required"):
        Interval(value)


def test_ends_with_an_exponent() -> None:
    for exponent in (-5000, -1, 0, 2000):
        found = Interval.between(0.1, 0.3, exponent)
        assert ends(found) == (Fraction(0.1) * power(exponent), Fraction(0.3) * power(exponent))
    for low, high in ((1.0, 0.5), (nan, 1.0), (0.0, nan)):
        with pytest.raises(ValueError, match="the lower one first"):
            Interval.between(low, high)
    assert not Interval.between(0.0, inf).is_finite


def test_floats_around_a_number() -> None:
    draws = np.random.default_rng(3)
    for _ in range(500):
        a, b = sorted((_number(draws), _number(draws)))
        low, high = _between(a, b).bounds()
        assert low == -inf or Fraction(low) <= a
        assert high == inf or Fraction(high) >= b
        assert low > -inf or a < -LARGEST
        assert high < inf or b > LARGEST
    for number in (0.0, 1.0, -0.1, LEAST, LARGEST, -LARGEST):
        assert Interval(number).bounds() == (number, number)
    near = Interval(1 + Fraction(1, 2**80))
    assert near.bounds() == (nextafter(1.0, 0), nextafter(1.0, 2)) or near.bounds() == (1.0, nextafter(1.0, 2))
    assert Interval(2**2000).bounds() == (LARGEST, inf)
    assert Interval(-(2**2000)).bounds() == (-inf, -LARGEST)
    low, high = Interval(Fraction(1, 2**2000)).bounds()
    assert -LEAST <= low <= 0 < high <= LEAST
    low, high = Interval(-Fraction(1, 2**2000)).bounds()
    assert -LEAST <= low < 0 <= high <= LEAST


def test_square_roots() -> None:
    draws = np.random.default_rng(4)
    for _ in range(300):
        value = abs(_number(draws))
        low, high = ends(Interval(value).root())
        assert low >= 0
        assert low**2 <= value <= high**2
        assert high - low <= NARROW * high
    assert ends(_between(Fraction(-1), Fraction(4)).root()) == (0, 2)
    assert ends(Interval(0).root()) == (0, 0)
    with pytest.raises(NotAvailable, match="which is negative"):
        _between(Fraction(-2), Fraction(-1, 10**30)).root()


def test_a_middle_and_a_radius_of_moderate_size() -> None:
    draws = np.random.default_rng(5)
    for _ in range(400):
        a, b = sorted((_number(draws), _number(draws))) if draws.integers(2) else [_number(draws) / 3] * 2
        found = _between(a, b)
        middle, radius, exponent = found.near()
        low, high = ends(found)
        scale = power(exponent)
        assert (Fraction(middle) - Fraction(radius)) * scale <= low
        assert high <= (Fraction(middle) + Fraction(radius)) * scale
        assert abs(middle) <= 1
        assert 2 * Fraction(radius) * scale <= (high - low) * (1 + Fraction(1, 2**40)) + max(abs(a), abs(b)) / 2**50
        if a or b:
            assert max(abs(middle), radius) >= 0.24
    assert Interval(0).near() == (0.0, 0.0, 0)
    assert Interval(-3).near()[:2] == (-0.75, 0.0)
    with pytest.raises(NotAvailable, match="not bounded"):
        (1 / _between(Fraction(-1), Fraction(1))).near()


def test_the_largest_of_overlapping_intervals_holds_all_it_can_be() -> None:
    draws = np.random.default_rng(6)
    for _ in range(150):
        pairs = [sorted(Fraction(int(n)) for n in draws.integers(0, 9, 2)) for _ in range(3)]
        values = [_between(a, b) for a, b in pairs]
        for index in range(3):
            found = Interval.ranked(values, index)
            possible = [sorted(chosen, reverse=True)[index] for chosen in product(*pairs)]
            assert ends(found) == (min(possible), max(possible))
    assert ends(Interval.ranked([Interval(1)], 1)) == (0, 0)


def test_what_is_open_is_not_answered() -> None:
    wide = _between(Fraction(0), Fraction(2))
    for compare in (
        lambda: wide < 1,
        lambda: wide <= 1,
        lambda: wide > 1,
        lambda: wide >= 1,
        lambda: wide == 1,
        lambda: wide != 1,
        lambda: bool(wide),
        lambda: wide > 0,
        lambda: max(Interval(1), wide),
    ):
        with pytest.raises(NotAvailable, match="leaves open"):
            compare()
    assert wide >= 0
    assert not wide < 0
    assert wide <= 2
    assert not wide > 2
    assert wide != 3
    assert Interval(1) / 3 != Fraction(1, 4)
    assert Interval(2) == 2
    assert not Interval(0)


def test_one_object_is_one_number_and_an_equal_one_is_not() -> None:
    wide, other = _between(Fraction(0), Fraction(2)), _between(Fraction(0), Fraction(2))
    assert ends(wide - wide) == (0, 0)
    assert wide == wide
    assert wide >= wide
    assert ends(wide - other) == (-2, 2)
    with pytest.raises(NotAvailable, match="leaves open"):
        bool(wide == other)


def test_what_may_be_undefined_is_not_equal_to_itself() -> None:
    inverse = 1 / _between(Fraction(0), Fraction(1))
    for unbounded in (inverse, inverse - 1, 0 * inverse, inverse * inverse, inverse / inverse, -inverse):
        assert not unbounded.is_finite
        assert unbounded.signs() == (-1, 1)
        assert not (unbounded - unbounded).is_finite
        with pytest.raises(NotAvailable, match="leaves open"):
            bool(unbounded == unbounded)
