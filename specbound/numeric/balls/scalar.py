"""A real number that lies in a known interval."""

from __future__ import annotations

import numbers
from collections.abc import Generator
from contextlib import contextmanager
from math import inf, nextafter, prod
from typing import Any

import flint
import numpy as np

from specbound.numeric.ops import NotAvailable


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
        return value.arb
    return value if isinstance(value, flint.arb) else flint.arb(fraction(value))


class Ball:
    """A real number between a midpoint minus and plus a radius, with the arithmetic of formulas.

    A comparison that the interval leaves open raises :class:`NotAvailable`, so that no formula branches on a guess.

    >>> with working_precision(64):
    ...     Ball(2) ** 2 - 3 < Ball(2)
    True
    """

    __slots__ = ("arb",)
    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __init__(self, value: Any) -> None:
        self.arb = as_arb(value)

    @property
    def is_finite(self) -> bool:
        return self.arb.is_finite()

    def bounds(self) -> tuple[float, float]:
        """Floats below and above every number of the interval.

        >>> low, high = (Ball(1) / 3).bounds()
        >>> low < 1 / 3 < high
        True
        """
        return nextafter(float(self.arb.lower()), -inf), nextafter(float(self.arb.upper()), inf)

    def __repr__(self) -> str:
        return f"Ball({self.arb.str(8)})"

    def __add__(self, other: Any) -> Ball:
        return Ball(self.arb + as_arb(other))

    def __radd__(self, other: Any) -> Ball:
        return Ball(as_arb(other) + self.arb)

    def __sub__(self, other: Any) -> Ball:
        return Ball(self.arb - as_arb(other))

    def __rsub__(self, other: Any) -> Ball:
        return Ball(as_arb(other) - self.arb)

    def __mul__(self, other: Any) -> Ball:
        return Ball(self.arb * as_arb(other))

    def __rmul__(self, other: Any) -> Ball:
        return Ball(as_arb(other) * self.arb)

    def __truediv__(self, other: Any) -> Ball:
        return Ball(self.arb / as_arb(other))

    def __rtruediv__(self, other: Any) -> Ball:
        return Ball(as_arb(other) / self.arb)

    def __neg__(self) -> Ball:
        return Ball(-self.arb)

    def __abs__(self) -> Ball:
        return Ball(abs(self.arb))

    def __pow__(self, exponent: int) -> Ball:
        if type(exponent) is not int or exponent < 0:
            raise NotAvailable(f"balls have powers 0, 1, 2, …; {exponent!r} was asked for")
        # Arb's own power gives nothing where the base may be zero.
        return Ball(prod([self.arb] * exponent, start=flint.arb(1)))

    def __bool__(self) -> bool:
        return self != 0

    def __lt__(self, other: Any) -> bool:
        return self._decided(other, self.arb < as_arb(other), self.arb >= as_arb(other))

    def __le__(self, other: Any) -> bool:
        return self._decided(other, self.arb <= as_arb(other), self.arb > as_arb(other))

    def __gt__(self, other: Any) -> bool:
        return self._decided(other, self.arb > as_arb(other), self.arb <= as_arb(other))

    def __ge__(self, other: Any) -> bool:
        return self._decided(other, self.arb >= as_arb(other), self.arb < as_arb(other))

    def __eq__(self, other: object) -> bool:
        return self._decided(other, self.arb == as_arb(other), self.arb != as_arb(other))

    def _decided(self, other: Any, certain: bool, impossible: bool) -> bool:
        if certain == impossible:
            raise NotAvailable(f"the working precision leaves open how {self!r} and {other!r} compare")
        return certain
