"""A real number known by an interval that holds it: the arithmetic and comparisons that formulas use."""

from __future__ import annotations

from math import prod
from typing import Any, Self

from specbound.numeric.ops import NotAvailable


class EnclosedNumber:
    """What number systems with rigorous scalars share; ``number`` is the interval in the system's own type.

    A subclass converts plain numbers (``converted``) and tells the ``signs`` of the two ends. A comparison that the
    interval leaves open raises :class:`NotAvailable`, so that no formula branches on a guess. One object stands for one
    real number: ``x − x`` is zero.
    """

    __slots__ = ("number",)
    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __init__(self, value: Any) -> None:
        self.number = self.converted(value)

    @staticmethod
    def converted(value: Any) -> Any:
        """A number of this class, an interval of the system's own type, or a plain number, as such an interval."""
        raise NotImplementedError

    def signs(self) -> tuple[int, int]:
        """The signs of the lower and of the upper end: -1, 0 or 1 each."""
        raise NotImplementedError

    @property
    def is_finite(self) -> bool:
        """Whether both ends are."""
        raise NotImplementedError

    def bounds(self) -> tuple[float, float]:
        """Floats below and above every number of the interval; infinite where no float is."""
        raise NotImplementedError

    def __add__(self, other: Any) -> Self:
        return type(self)(self.number + self.converted(other))

    def __radd__(self, other: Any) -> Self:
        return type(self)(self.converted(other) + self.number)

    def __sub__(self, other: Any) -> Self:
        return type(self)(0 if other is self else self.number - self.converted(other))

    def __rsub__(self, other: Any) -> Self:
        return type(self)(self.converted(other) - self.number)

    def __mul__(self, other: Any) -> Self:
        return type(self)(self.number * self.converted(other))

    def __rmul__(self, other: Any) -> Self:
        return type(self)(self.converted(other) * self.number)

    def __truediv__(self, other: Any) -> Self:
        return type(self)(self.number / self.converted(other))

    def __rtruediv__(self, other: Any) -> Self:
        return type(self)(self.converted(other) / self.number)

    def __neg__(self) -> Self:
        return type(self)(-self.number)

    def __abs__(self) -> Self:
        return type(self)(abs(self.number))

    def __pow__(self, exponent: int) -> Self:
        if type(exponent) is not int or exponent < 0:
            raise NotAvailable(f"enclosed numbers have powers 0, 1, 2, …; {exponent!r} was asked for")
        # The systems' own powers give nothing where the base may be zero. An even power has the sign of none.
        base = self.number if exponent % 2 else abs(self.number)
        return type(self)(prod([base] * exponent, start=self.converted(1)))

    def __bool__(self) -> bool:
        return self != 0

    def __lt__(self, other: Any) -> bool:
        return not self >= other

    def __le__(self, other: Any) -> bool:
        return not self > other

    def __gt__(self, other: Any) -> bool:
        low, high = (self - other).signs()
        return self._decided(other, low > 0, high <= 0)

    def __ge__(self, other: Any) -> bool:
        low, high = (self - other).signs()
        return self._decided(other, low >= 0, high < 0)

    def __eq__(self, other: object) -> bool:
        low, high = (self - other).signs()
        return self._decided(other, low == high == 0, low > 0 or high < 0)

    def _decided(self, other: Any, certain: bool, impossible: bool) -> bool:
        if certain == impossible:
            raise NotAvailable(f"the working precision leaves open how {self!r} and {other!r} compare")
        return certain
