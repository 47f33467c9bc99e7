"""A verdict on one instance that trusts no rounding: enclosures at any size, then balls at small ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from numbers import Rational
from types import ModuleType
from typing import Any

from specbound.core.errors import InvalidInput
from specbound.core.instance import Instance
from specbound.core.statement import Statement
from specbound.core.verdict import Relation, Verdict
from specbound.numeric.enclosed import EnclosedNumber
from specbound.numeric.enclosures.factors import MODES
from specbound.numeric.enclosures.interval import Interval as EnclosedInterval
from specbound.numeric.enclosures.matrix import EnclosedMatrix
from specbound.numeric.enclosures.ops import EnclosureOps
from specbound.numeric.memo import Memo
from specbound.numeric.ops import NotAvailable

PRECISIONS = (128, 256, 512)
"""Working precisions of balls in bits, each tried where the one before left an instance undecided."""

BALL_SIDE = 32
"""Largest side of a matrix that goes into balls: exact characteristic polynomials of larger ones are slow."""

TINY = 4
"""Up to this side, balls are cheaper than enclosures as well as sharper, so they go first, and alone."""

Interval = tuple[float, float]


@dataclass(frozen=True)
class Decision:
    """A verdict beyond rounding, and the intervals it rests on: both sides, and the margin relative to the scale.

    ``by`` names the number system that decided: fast, tight or balls.
    """

    verdict: Verdict
    lhs: Interval
    rhs: Interval
    margin: Interval
    by: str


@dataclass(frozen=True)
class Decided:
    """An instance with the decision on it; ``tensors`` names where its matrices come from, if from weights."""

    statement: Statement
    values: Mapping[str, Any]
    decision: Decision
    tensors: Mapping[str, str] = field(default_factory=dict[str, str])


Keep = Callable[[Decided], None]


def ignored(_: Decided) -> None:
    """Nobody keeps what is decided."""


@dataclass(frozen=True)
class Enclosures:
    """Number systems of enclosures that remember what they have seen, for matrices that come again and again."""

    systems: Mapping[str, EnclosureOps] = field(default_factory=lambda: {mode: EnclosureOps(mode) for mode in MODES})
    converted: Memo = field(default_factory=lambda: Memo(2**31))

    def matrix(self, rows: Any) -> EnclosedMatrix:
        return self.converted(EnclosedMatrix.exact, (rows,))


@dataclass(frozen=True)
class _Rung:
    """One number system on the way from cheap to sharp."""

    name: str
    ops: Any
    matrix: Callable[[Any], Any]
    number: type[EnclosedNumber]
    precision: Callable[[], AbstractContextManager[Any]] = nullcontext


def decide(
    statement: Statement, values: Mapping[str, Any], equal: bool = False, enclosures: Enclosures | None = None
) -> Decision | None:
    """Decides the claim on one instance in exact numbers; None where it does not meet the assumptions for certain.

    Enclosures in float64 are tried first, fast ones, then tight ones; then balls, if no side is longer than 32. Balls
    go alone where none is longer than 4, unless python-flint is missing.

    **Parameters.** ``values``: matrices as nested lists or arrays of integers, fractions and finite floats, each taken
    for the number it is, and indices. ``equal``: whether the sides are known to be equal here; intervals can only be
    consistent with that. ``enclosures``: to be shared between instances with the same arrays.
    **Raises.** :class:`NotAvailable` where a side cannot be computed in any of these systems, be it that a quantity is
    undetermined, that the formula asks for what they do not have, or that the matrices are too large for balls, or
    python-flint missing; :class:`InvalidInput` for values that are not those of the statement.
    """
    equal = equal or statement.relation is Relation.EQ
    found: Decision | None = None
    reason = ""
    for rung in _rungs(values, enclosures or Enclosures()):
        instance = statement.domain.converted(values, rung.matrix, exact_number, rung.ops)
        with rung.precision():
            try:
                if not bool(statement.admits(instance)):
                    return None
                decision = _decision(statement, instance, rung, equal or statement.equal_on(instance))
            except (NotAvailable, InvalidInput) as error:
                reason = str(error)
                continue
        choice = getattr(rung.ops, "choice", "")
        if choice and decision.verdict is not Verdict.VIOLATED:
            # One choice of singular vectors can refute a claim on all of them, and not confirm it.
            raise NotAvailable(f"{statement.id} is undetermined on this instance: {choice}")
        # What is not decided is tried again: the narrowest interval is the one to report.
        found = decision
        if found.verdict in (Verdict.HOLDS, Verdict.VIOLATED):
            return found
    if found is None:
        raise NotAvailable(f"{statement.id} cannot be decided on this instance: {reason}")
    return found


def _decision(statement: Statement, instance: Instance, rung: _Rung, equal: bool) -> Decision:
    sides = (*statement.sides(instance), statement.magnitude(instance))
    try:
        lhs, rhs, scale = (side if isinstance(side, rung.number) else rung.number(side) for side in sides)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"{statement.id}: a side or the scale is no finite number: {error}") from error
    margin = statement.relation.margin(lhs, rhs)
    # A scale that may be zero says nothing about the size of a margin.
    relative = margin / scale if scale.signs()[0] > 0 else margin
    if not (lhs.is_finite and rhs.is_finite and relative.is_finite):
        raise NotAvailable("a side is not bounded")
    return Decision(_verdict(margin, equal), lhs.bounds(), rhs.bounds(), relative.bounds(), rung.name)


def _verdict(margin: EnclosedNumber, equal: bool) -> Verdict:
    """What an interval for the margin decides."""
    low, high = margin.signs()
    if high < 0:
        return Verdict.VIOLATED
    if low > 0 or (low == 0 and not equal):
        return Verdict.HOLDS
    return Verdict.CONSISTENT if equal else Verdict.UNDECIDED


def _rungs(values: Mapping[str, Any], enclosures: Enclosures) -> Iterator[_Rung]:
    longest = max((_longest_side(value) for value in values.values()), default=1)
    balls = balls_if_any() if longest <= BALL_SIDE else None
    if balls is None or longest > TINY:
        for mode, ops in enclosures.systems.items():
            yield _Rung(mode, ops, enclosures.matrix, EnclosedInterval)
    if balls is None:
        return
    for bits in PRECISIONS:
        # A fresh system each time: it remembers what it had to choose.
        precision = partial(balls.working_precision, bits)
        yield _Rung("balls", balls.BallOps(), balls.BallMatrix.exact, balls.Ball, precision)


def _longest_side(value: Any) -> int:
    if hasattr(value, "shape"):
        return max(value.shape, default=1)
    rows = value if isinstance(value, list | tuple) else []
    return max(1, len(rows), *(len(row) for row in rows if isinstance(row, list | tuple)))


def balls_if_any() -> ModuleType | None:
    """Balls, where python-flint is installed."""
    try:
        from specbound.numeric import balls
    except ModuleNotFoundError as error:
        if error.name != "flint":
            raise
        return None
    return balls


def exact_number(number: Any) -> Fraction:
    """A number of a statement as the fraction that it is."""
    return Fraction(number if isinstance(number, Rational) else float(number))
