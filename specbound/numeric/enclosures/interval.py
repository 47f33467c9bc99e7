"""A real number between two ends of any size, with the arithmetic of formulas.

The ends have 106 bits and exponents without bound, from mpmath's interval arithmetic, which rounds outward: the product
of 2,048 singular values neither overflows nor underflows.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf, isfinite, nextafter
from numbers import Rational
from typing import Any

import mpmath  # pyright: ignore[reportMissingTypeStubs]
from mpmath.ctx_iv import MPIntervalContext  # pyright: ignore[reportMissingTypeStubs]

from specbound.numeric.enclosed import EnclosedNumber
from specbound.numeric.ops import NotAvailable

_MPMATH: Any = mpmath
_INTERVALS: Any = MPIntervalContext()
_INTERVALS.prec = 106


class Interval(EnclosedNumber):
    """A real number of which a lower and an upper end are known.

    >>> low, high = (Interval(1) / 3).bounds()
    >>> low < 1 / 3 < high
    True
    """

    __slots__ = ()

    @staticmethod
    def converted(value: Any) -> Any:
        """As an interval of mpmath.

        **Raises.** ``ValueError`` for a NaN or an infinity, ``TypeError`` for what is no real number.
        """
        if isinstance(value, Interval):
            return value.number
        if isinstance(value, _INTERVALS.mpf):
            return value
        if isinstance(value, Rational):
            exact = Fraction(value)
            return _INTERVALS.mpf(exact.numerator) / _INTERVALS.mpf(exact.denominator)
        number = float(value)
        if not isfinite(number):
            raise ValueError(f"the number {value!r}; required: a finite one")
        return _INTERVALS.mpf(number)

    @classmethod
    def between(cls, lower: float, upper: float, exponent: int = 0) -> Interval:
        """A number between ``lower · 2^exponent`` and ``upper · 2^exponent``."""
        if not lower <= upper:
            raise ValueError(f"the ends {lower} and {upper}; required: the lower one first")
        return cls(_INTERVALS.mpf([lower, upper]) * _INTERVALS.mpf(2) ** exponent)

    def signs(self) -> tuple[int, int]:
        if not self.is_finite:
            return -1, 1
        low, high = self.number.a, self.number.b
        return (low > 0) - (low < 0), (high > 0) - (high < 0)

    @property
    def is_finite(self) -> bool:
        return all(_MPMATH.isfinite(_MPMATH.mpf(end)) for end in (self.number.a, self.number.b))

    def bounds(self) -> tuple[float, float]:
        low, high = float(self.number.a), float(self.number.b)
        # What a float holds stays as it is; the rest may have been rounded inward.
        return (
            low if self.number.a == low else nextafter(low, -inf),
            high if self.number.b == high else nextafter(high, inf),
        )

    def root(self) -> Interval:
        """The nonnegative square root.

        **Raises.** :class:`NotAvailable` for a number that is certainly negative.
        """
        low, high = self.number.a, self.number.b
        if high < 0:
            raise NotAvailable(f"the square root of {self!r}, which is negative")
        return Interval(_INTERVALS.sqrt(_INTERVALS.mpf([max(low, 0), high])))

    def near(self) -> tuple[float, float, int]:
        """``m``, ``r`` and ``e`` with the number between ``(m − r) 2^e`` and ``(m + r) 2^e``, of moderate size.

        **Raises.** :class:`NotAvailable` for a number that is not bounded.
        """
        if not self.is_finite:
            raise NotAvailable(f"{self!r} is not bounded")
        largest = _MPMATH.mpf(abs(self.number).b)
        exponent = int(_MPMATH.frexp(largest)[1]) if largest else 0
        part = self.number / _INTERVALS.mpf(2) ** exponent
        middle = float(part.mid)
        off = nextafter(float(abs(part - _INTERVALS.mpf(middle)).b), inf)
        return middle, 0.0 if part == middle else off, exponent

    @classmethod
    def ranked(cls, values: list[Interval], index: int) -> Interval:
        """The ``index + 1``-th largest of numbers from the intervals, whichever they are; zero beyond the last."""
        if index >= len(values):
            return cls(0)
        low, high = (
            sorted(ends, reverse=True)[index]
            for ends in ([value.number.a for value in values], [value.number.b for value in values])
        )
        return cls(_INTERVALS.mpf([low, high]))

    def __repr__(self) -> str:
        return f"Interval{self.bounds()}"
