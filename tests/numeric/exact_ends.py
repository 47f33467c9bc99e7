"""What an interval, and an enclosed matrix, hold: in rationals, sharing no arithmetic with the library."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from mpmath.libmp import to_rational

from tests.numeric.exact_products import Exact, difference, exact, square_sum


def ends(interval: Any) -> tuple[Fraction, Fraction]:
    low, high = (Fraction(*map(int, to_rational(end))) for end in interval.number._mpi_)
    return low, high


def rational(value: mpmath.mpf) -> Fraction:
    return Fraction(*map(int, to_rational(value._mpf_)))


def holds(interval: Any, value: Any) -> bool:
    """Of a number of mpmath it is asked up to its own rounding, 1e-50."""
    low, high = ends(interval)
    if isinstance(value, mpmath.mpf):
        near = rational(value)
        slack = abs(near) / 10**50
        return low - slack <= near <= high + slack
    return low <= value <= high


def width(interval: Any) -> Fraction:
    low, high = ends(interval)
    return high - low


def power(exponent: int) -> Fraction:
    return Fraction(2) ** exponent


def times(number: Any, matrix: Exact) -> Exact:
    return [[Fraction(number) * entry for entry in row] for row in matrix]


def middle(enclosed: Any) -> Exact:
    return times(power(enclosed.exponent), exact(enclosed.middle))


def radius(enclosed: Any) -> Fraction:
    return Fraction(enclosed.radius) * power(enclosed.exponent)


def encloses(enclosed: Any, true: Sequence[Sequence[Fraction]]) -> bool:
    return square_sum(difference(list(map(list, true)), middle(enclosed))) <= radius(enclosed) ** 2


def one_within(enclosed: Any, draws: np.random.Generator) -> Exact:
    """Some matrix on the border of what is enclosed, or as near to it as floats tell."""
    direction = draws.standard_normal(enclosed.shape)
    if draws.integers(2):
        direction = np.outer(direction[:, 0], direction[0])
    direction /= np.linalg.norm(direction) * (1 + 1e-12)
    off = times(radius(enclosed), exact(direction))
    return [[a + b for a, b in zip(p, q, strict=True)] for p, q in zip(middle(enclosed), off, strict=True)]
