"""What a comparison on one instance can say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import Any, NoReturn

from specbound.core.errors import InvalidInput


class Verdict(Enum):
    """The four words, and no others. A verdict has no truth value: compare it with ``is``."""

    HOLDS = "HOLDS"
    VIOLATED = "VIOLATED"
    UNDECIDED = "UNDECIDED"
    CONSISTENT = "CONSISTENT"

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict has four values and no truth value; write `verdict is Verdict.HOLDS`, for example")

    def __str__(self) -> str:
        return self.value


class Relation(Enum):
    """How the left side is claimed to compare with the right side."""

    GE = ">="
    LE = "<="
    EQ = "=="

    def margin(self, lhs: Any, rhs: Any) -> Any:
        """By how much the relation holds: negative where it does not."""
        if self is Relation.GE:
            return lhs - rhs
        if self is Relation.LE:
            return rhs - lhs
        return -abs(lhs - rhs)

    def ordered(self, lhs: Any, rhs: Any) -> tuple[Any, Any]:
        """The side claimed to be smaller, then the other; their ratio is the tightness, 1 where attained."""
        return (rhs, lhs) if self is Relation.GE else (lhs, rhs)


@dataclass(frozen=True)
class Comparison:
    """Both sides on one instance, in the same units, with what follows.

    ``margin`` is how far the relation holds, ``tolerance`` the half-width that rounding leaves open, ``tightness`` the
    side claimed to be smaller over the other, dimensionless, NaN where the other is within the tolerance of zero.
    """

    verdict: Verdict
    lhs: float
    rhs: float
    margin: float
    tolerance: float
    tightness: float


def judge(margin: float, tolerance: float, equality: bool) -> Verdict:
    """The verdict that a margin and its tolerance allow.

    **Parameters.** ``equality``: whether the two sides are claimed, or known by structure, to be equal; rounding can
    then at best be consistent with it.
    **Raises.** :class:`InvalidInput` where a number is not finite.

    >>> judge(1.0, 0.1, equality=False), judge(-1.0, 0.1, equality=False), judge(0.05, 0.1, equality=False)
    (<Verdict.HOLDS: 'HOLDS'>, <Verdict.VIOLATED: 'VIOLATED'>, <Verdict.UNDECIDED: 'UNDECIDED'>)
    """
    if not (isfinite(margin) and isfinite(tolerance)):
        raise InvalidInput(f"margin {margin} with tolerance {tolerance}; required: finite numbers")
    if equality:
        return Verdict.CONSISTENT if abs(margin) <= tolerance else Verdict.VIOLATED
    if margin >= tolerance:
        return Verdict.HOLDS
    return Verdict.VIOLATED if margin < -tolerance else Verdict.UNDECIDED
