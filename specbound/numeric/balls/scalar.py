"""A real number that lies in a known interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import reduce
from math import inf, nextafter
from operator import add, mul, sub, truediv
from typing import Any

import flint
import numpy as np

from specbound.numeric.ops import NotAvailable


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Computes with midpoints of so many bits inside the block."""
    with flint.ctx.workprec(bits):
        yield


def fraction(value: Any) -> Any:
    """An integer, fraction or finite float as the ``flint.fmpq`` that it is.

    **Raises.** ``ValueError`` for a NaN or an infinity, ``TypeError`` for anything else.
    """
    if not isinstance(value, int | float | Fraction | np.integer | np.floating):
        raise TypeError(f"the entry {value!r} is a {type(value).__name__}; required: an integer, a fraction or a float")
    if not isinstance(value, int | Fraction | np.integer) and not np.isfinite(value):
        raise ValueError(f"the entry {value!r}; required: finite entries")
    return flint.fmpq(*(int(part) for part in value.as_integer_ratio()))


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

    def __neg__(self) -> Ball:
        return Ball(-self.arb)

    def __abs__(self) -> Ball:
        return Ball(abs(self.arb))

    def __pow__(self, exponent: int) -> Ball:
        if not isinstance(exponent, int) or exponent < 0:
            raise NotAvailable(f"balls have powers 0, 1, 2, …; {exponent!r} was asked for")
        # Arb's own power gives nothing where the base may be zero.
        return Ball(reduce(mul, [self.arb] * exponent, flint.arb(1)))

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


def _operator(operation: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    def forward(self: Ball, other: Any) -> Ball:
        return Ball(operation(self.arb, as_arb(other)))

    def reflected(self: Ball, other: Any) -> Ball:
        return Ball(operation(as_arb(other), self.arb))

    return forward, reflected


for _name, _operation in (("add", add), ("sub", sub), ("mul", mul), ("truediv", truediv)):
    _forward, _reflected = _operator(_operation)
    setattr(Ball, f"__{_name}__", _forward)
    setattr(Ball, f"__r{_name}__", _reflected)
