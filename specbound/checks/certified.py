"""Certified check: both sides in balls on small exact instances, so that a verdict does not trust rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import isfinite
from numbers import Rational
from types import ModuleType
from typing import Any

import numpy as np

from specbound.checks.tally import Tally
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence, Kind
from specbound.core.instance import Domain, Number
from specbound.core.statement import Statement
from specbound.core.verdict import Relation, Verdict
from specbound.numeric.ops import NotAvailable
from specbound.statements.recipes import entries
from specbound.weights import Matrix

PRECISIONS = (128, 256, 512)
"""Working precisions in bits, each tried where the one before left an instance undecided."""

SIZE = 3
"""Largest side of a drawn matrix: exact arithmetic on larger ones is slow."""

DRAWS_FOR_ONE = 10
"""How many instances are drawn for one that meets the assumptions, at most."""

LARGEST = float(np.finfo(float).max)

Interval = tuple[float, float]


@dataclass(frozen=True)
class Decision:
    """A verdict beyond rounding, and the intervals it rests on: both sides, and the margin relative to the scale."""

    verdict: Verdict
    lhs: Interval
    rhs: Interval
    margin: Interval


def decide(statement: Statement, values: Mapping[str, Any], equal: bool = False) -> Decision | None:
    """Decides the claim on one instance in exact numbers; None where it does not meet the assumptions for certain.

    **Parameters.** ``values``: matrices as nested lists or arrays of integers, fractions and finite floats, each taken
    for the number it is, and indices. ``equal``: whether the sides are equal here by structure; balls can only be
    consistent with that.
    **Raises.** :class:`NotAvailable` without python-flint, or where a side cannot be computed in balls, be it that a
    quantity is undetermined or that the formula asks for what balls do not have; :class:`InvalidInput` for values that
    are not those of the statement.
    """
    balls = _balls()
    ops = balls.BallOps()
    instance = statement.domain.converted(values, balls.BallMatrix.exact, _fraction, ops)
    equal = equal or statement.relation is Relation.EQ
    found: Decision | None = None
    reason = ""
    for bits in PRECISIONS:
        with balls.working_precision(bits):
            try:
                if not bool(statement.admits(instance)):
                    return None
                (lhs, rhs), scale = statement.sides(instance), statement.magnitude(instance)
            except (NotAvailable, InvalidInput) as error:
                reason = str(error)
                continue
            try:
                lhs, rhs, scale = (balls.Ball(value) for value in (lhs, rhs, scale))
            except (TypeError, ValueError) as error:
                raise InvalidInput(f"{statement.id}: a side or the scale is no finite number: {error}") from error
            margin = statement.relation.margin(lhs, rhs)
            # A scale that may be zero says nothing about the size of a margin.
            relative = margin / scale if scale.number > 0 else margin
            if not (lhs.is_finite and rhs.is_finite and relative.is_finite):
                reason = "a side is not bounded"
                continue
            # What is not decided is tried again: the narrowest interval is the one to report.
            found = Decision(_verdict(margin.number, equal), lhs.bounds(), rhs.bounds(), relative.bounds())
            if ops.choice and found.verdict is not Verdict.VIOLATED:
                # One choice of singular vectors can refute a claim on all of them, and not confirm it.
                raise NotAvailable(f"{statement.id} is undetermined on this instance: {ops.choice}")
            if found.verdict in (Verdict.HOLDS, Verdict.VIOLATED):
                return found
    if found is None:
        raise NotAvailable(f"{statement.id} cannot be computed in balls on this instance: {reason}")
    return found


def check_certified(statement: Statement, instances: int, seed: int) -> Evidence:
    """Decides the claim rigorously on the statement's own examples and on drawn small matrices.

    A drawn matrix has multiples of 1/2 for entries, where ranks drop and singular values coincide, or is a signed
    permutation, cropped, whose columns may be orthonormal, or has floats for entries.

    **Parameters.** ``instances``: how many are compared, the examples among them; those that do not meet the
    assumptions for certain do not count, and for each no more than ten are drawn.
    **Returns.** Evidence whose ``details`` say how many instances were ``"not available"``, the greatest relative
    ``"width"`` of the intervals that hold 0, and, where the claim is ``"violated"``, the first such instance in
    fractions with both sides in intervals.
    **Raises.** :class:`NotAvailable` without python-flint, or where no instance can be computed in balls.
    """
    tally = Tally(statement, Kind.CERTIFIED)
    _balls()
    details: dict[str, Any] = {"not available": 0, "reason": "", "width": 0.0}

    def record(values: Mapping[str, Any], equal: bool = False) -> Verdict | None:
        try:
            found = decide(statement, values, equal)
        except NotAvailable as error:
            details["not available"] += 1
            details["reason"] = str(error)
            return None
        if found is None:
            return None
        tally.count({found.verdict: 1})
        tally.lower(found.margin[0], found.verdict is Verdict.VIOLATED)
        if found.verdict in (Verdict.UNDECIDED, Verdict.CONSISTENT):
            details["width"] = max(details["width"], min(found.margin[1] - found.margin[0], LARGEST))
        if found.verdict is Verdict.VIOLATED and "violated" not in details:
            details["violated"] = {**_as_fractions(statement, values), "lhs": _ends(found.lhs), "rhs": _ends(found.rhs)}
        return found.verdict

    for example in statement.attained:
        if record(example.values, equal=True) is Verdict.HOLDS:
            details.setdefault("not attained", []).append(example.why)
    for example in statement.refuted_by:
        if record(example.values) is not Verdict.VIOLATED:
            details.setdefault("not refuted", []).append(example.why)
    drawn = _drawn(statement.domain, np.random.default_rng(seed))
    for values in islice(drawn, DRAWS_FOR_ONE * instances):
        record(values)
        if sum(tally.counts.values()) >= instances:
            break
    if not tally.counts:
        raise NotAvailable(details["reason"] or f"{statement.id}: no drawn instance meets the assumptions for certain")
    return tally.evidence(seed, details, precision=f"balls, {PRECISIONS[0]} to {PRECISIONS[-1]} bits")


def _fraction(number: Any) -> Fraction:
    return Fraction(number if isinstance(number, Rational) else float(number))


def _ends(interval: Interval) -> list[float | None]:
    """The ends as JSON has them: None where a float cannot hold one."""
    return [end if isfinite(end) else None for end in interval]


def _balls() -> ModuleType:
    try:
        from specbound.numeric import balls
    except ModuleNotFoundError as error:
        if error.name != "flint":
            raise
        raise NotAvailable(
            "the certified check needs python-flint, which is not installed: pip install python-flint"
        ) from error
    return balls


def _drawn(domain: Domain, generator: np.random.Generator) -> Iterator[Mapping[str, Any]]:
    recipe = entries(domain, SIZE)
    while True:
        values = recipe.draw_integers(generator)
        values |= recipe.draw_reals(generator, values)
        matrices = {name: _kind_of_matrix(generator)(generator, values[name]) for name in domain.matrices}
        numbers = {name: _simple(generator, domain.numbers[name], float(values[name])) for name in domain.numbers}
        yield {**matrices, **{name: values[name] for name in domain.indices}, **numbers}


def _kind_of_matrix(generator: np.random.Generator) -> Callable[[np.random.Generator, Matrix], Matrix]:
    return KINDS_OF_MATRIX[generator.integers(len(KINDS_OF_MATRIX))]


def _halves(_: np.random.Generator, matrix: Matrix) -> Matrix:
    return np.round(2 * matrix) / 2


def _signed_permutation(generator: np.random.Generator, matrix: Matrix) -> Matrix:
    rows, columns = matrix.shape
    return generator.permutation(np.eye(max(rows, columns)))[:rows, :columns] * np.where(matrix < 0, -1.0, 1.0)


def _as_drawn(_: np.random.Generator, matrix: Matrix) -> Matrix:
    return matrix


def _simple(generator: np.random.Generator, number: Number, drawn: float) -> float:
    """The number as drawn, or the nearest half that is allowed."""
    half = round(2 * drawn) / 2
    return half if number.admits(half) and generator.integers(2) else drawn


KINDS_OF_MATRIX = (_halves, _signed_permutation, _as_drawn)


def _as_fractions(statement: Statement, values: Mapping[str, Any]) -> dict[str, Any]:
    exact = {name: _balls().BallMatrix.exact(values[name]).fractions() for name in statement.domain.matrices}
    indices = {name: values[name] for name in statement.domain.indices}
    return {**exact, **indices, **{name: str(_fraction(values[name])) for name in statement.domain.numbers}}


def _verdict(margin: Any, equal: bool) -> Verdict:
    """What an interval for the margin decides: a comparison of balls is true only where it is certain."""
    if margin < 0:
        return Verdict.VIOLATED
    if margin > 0 or (margin >= 0 and not equal):
        return Verdict.HOLDS
    return Verdict.CONSISTENT if equal else Verdict.UNDECIDED
