"""A real number that lies in a known interval."""

from __future__ import annotations

import numbers
from collections.abc import Generator
from contextlib import contextmanager
from math import inf, nextafter
from typing import Any

import flint
import numpy as np

from specbound.numeric.enclosed import EnclosedNumber


@contextmanager
def working_precision(bits: int) -> Generator[None]:
    """Computes with midpoints of so many bits inside the block."""
    with flint.ctx.workprec(bits):
        yield


def fraction(value: Any) -> Any:
    """An integer, fraction or finite float as the ``flint.fmpq`` that it is.

    **Raises.** ``ValueError`` for a NaN or an infinity, ``TypeError`` for anything else.
    """
    if isinstance(value, numbers.Rational):
        return flint.fmpq(int(value.numerator), int(value.denominator))
    if not isinstance(value, numbers.Real):
        kind = type(value).__name__
        raise TypeError(f"the entry {value!r} is a {kind}; required: an integer, a fraction or a float")
    number: Any = value
    if not np.isfinite(number):
        raise ValueError(f"the entry {value!r}; required: finite entries")
    return flint.fmpq(*(int(part) for part in number.as_integer_ratio()))


def as_arb(value: Any) -> Any:
    """A ball, a ``flint`` number or a plain number as ``flint.arb``, at the working precision."""
    if isinstance(value, Ball):
        return value.number
    return value if isinstance(value, flint.arb) else flint.arb(fraction(value))


class Ball(EnclosedNumber):
    """A real number between a midpoint minus and plus a radius, with the arithmetic of formulas.

    >>> with working_precision(64):
    ...     Ball(2) ** 2 - 3 < Ball(2)
    True
    """

    __slots__ = ()

    @staticmethod
    def converted(value: Any) -> Any:
        return as_arb(value)

    def signs(self) -> tuple[int, int]:
        number = self.number
        low = 1 if number > 0 else 0 if number >= 0 else -1
        return low, -1 if number < 0 else 0 if number <= 0 else 1

    @property
    def is_finite(self) -> bool:
        return self.number.is_finite()

    def bounds(self) -> tuple[float, float]:
        """Floats below and above every number of the interval.

        >>> low, high = (Ball(1) / 3).bounds()
        >>> low < 1 / 3 < high
        True
        """
        return nextafter(float(self.number.lower()), -inf), nextafter(float(self.number.upper()), inf)

    def __repr__(self) -> str:
        return f"Ball({self.number.str(8)})"
