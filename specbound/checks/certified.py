"""Certified check: both sides in intervals, so that a verdict trusts no rounding; on small matrices and on weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from math import isfinite
from typing import Any

import numpy as np

from specbound.checks.decide import (
    PRECISIONS,
    Decided,
    Decision,
    Enclosures,
    Interval,
    Keep,
    balls_if_any,
    decide,
    exact_number,
    ignored,
)
from specbound.checks.measured import Chain, index_grid, windows
from specbound.checks.tally import Tally
from specbound.core.evidence import Evidence, Kind
from specbound.core.instance import Domain, Number
from specbound.core.statement import Statement
from specbound.core.verdict import Verdict
from specbound.numeric.ops import NotAvailable
from specbound.statements.recipes import entries
from specbound.weights import Matrix

SIZE = 3
"""Largest side of a drawn matrix: exact arithmetic on larger ones is slow."""

DRAWS_FOR_ONE = 10
"""How many instances are drawn for one that meets the assumptions, at most."""

LARGEST = float(np.finfo(float).max)

TOLD = 20
"""How many undecided instances are told one by one, at most."""


def check_certified(statement: Statement, instances: int, seed: int, keep: Keep = ignored) -> Evidence:
    """Decides the claim rigorously on the statement's own examples and on drawn small matrices.

    A drawn matrix has multiples of 1/2 for entries, where ranks drop and singular values coincide, or is a signed
    permutation, cropped, whose columns may be orthonormal, or has floats for entries.

    **Parameters.** ``instances``: how many are compared, the examples among them; those that do not meet the
    assumptions for certain do not count, and for each no more than ten are drawn. ``keep``: is given each one.
    **Returns.** Evidence whose ``details`` say how many instances were ``"not available"``, the greatest relative
    ``"width"`` of the intervals that hold 0, ``"by"`` which number system how many were decided, and, where the claim
    is ``"violated"``, the first such instance in fractions with both sides in intervals.
    **Raises.** :class:`NotAvailable` where no instance can be computed in enclosures or balls.
    """
    record = _Record(statement, keep, _described)
    for example in statement.attained:
        if record.verdict(example.values, equal=True) is Verdict.HOLDS:
            record.details.setdefault("not attained", []).append(example.why)
    for example in statement.refuted_by:
        if record.verdict(example.values) is not Verdict.VIOLATED:
            record.details.setdefault("not refuted", []).append(example.why)
    drawn = _drawn(statement.domain, np.random.default_rng(seed))
    for values in islice(drawn, DRAWS_FOR_ONE * instances):
        record.verdict(values)
        if record.compared >= instances:
            break
    return record.evidence(seed)


def check_certified_on(statement: Statement, chain: Chain, keep: Keep = ignored) -> Evidence:
    """Decides the claim rigorously on consecutive matrices of a chain, at every point of a grid of indices.

    Windows and indices are those of the measured check.

    **Returns.** Evidence as of :func:`check_certified`, whose ``details`` name the ``"chain"`` and tell of the first
    twenty instances that were left ``"undecided"`` which they are, and how wide their margins.
    **Raises.** :class:`NotAvailable` where no window fits, or none that does can be decided.
    """
    record = _Record(statement, keep, _named, chain.enclosures)
    record.details |= {"chain": chain.name, "random": chain.random, "undecided": []}
    for names, matrices in windows(statement.domain, chain.matrices):
        for parameters in index_grid(statement.domain, matrices):
            tensors = dict(zip(statement.domain.matrices, names, strict=True))
            record.verdict({**matrices, **parameters}, tensors=tensors)
    return record.evidence(None)


class _Record:
    """What has been decided so far, and the evidence that it amounts to."""

    def __init__(
        self,
        statement: Statement,
        keep: Keep,
        describe: Callable[[Decided], dict[str, Any]],
        enclosures: Enclosures | None = None,
    ) -> None:
        self.details: dict[str, Any] = {"not available": 0, "reason": "", "width": 0.0, "by": {}}
        self._statement, self._keep, self._describe, self._enclosures = statement, keep, describe, enclosures
        self._tally = Tally(statement, Kind.CERTIFIED)

    @property
    def compared(self) -> int:
        return sum(self._tally.counts.values())

    def verdict(
        self, values: Mapping[str, Any], equal: bool = False, tensors: Mapping[str, str] | None = None
    ) -> Verdict | None:
        """Decides one instance and notes it; None where it is not available or not admitted."""
        try:
            found = decide(self._statement, values, equal, self._enclosures)
        except NotAvailable as error:
            self.details["not available"] += 1
            self.details["reason"] = str(error)
            return None
        if found is None:
            return None
        decided = Decided(self._statement, values, found, tensors or {})
        self._tally.count({found.verdict: 1})
        self._tally.lower(found.margin[0], found.verdict is Verdict.VIOLATED)
        if found.verdict in (Verdict.UNDECIDED, Verdict.CONSISTENT):
            self.details["width"] = max(self.details["width"], _width(found))
        if found.verdict is not Verdict.UNDECIDED:
            self.details["by"][found.by] = self.details["by"].get(found.by, 0) + 1
            self._keep(decided)
        elif len(self.details.get("undecided", [TOLD] * TOLD)) < TOLD:
            self.details["undecided"].append({**self._describe(decided), "width": _width(found)})
        if found.verdict is Verdict.VIOLATED and "violated" not in self.details:
            sides = {"lhs": _ends(found.lhs), "rhs": _ends(found.rhs)}
            self.details["violated"] = {**self._describe(decided), **sides}
        return found.verdict

    def evidence(self, seed: int | None) -> Evidence:
        if not self._tally.counts:
            unmet = f"{self._statement.id}: no instance meets the assumptions for certain"
            raise NotAvailable(self.details["reason"] or unmet)
        balls = (
            f"balls, {PRECISIONS[0]} to {PRECISIONS[-1]} bits" if balls_if_any() else "no balls without python-flint"
        )
        precision = f"enclosures in float64; {balls}"
        return self._tally.evidence(seed, self.details, precision)


def _width(found: Decision) -> float:
    return min(found.margin[1] - found.margin[0], LARGEST)


def _described(decided: Decided) -> dict[str, Any]:
    """The instance in fractions."""
    matrices = {name: _rows(decided.values[name]) for name in decided.statement.domain.matrices}
    return {**matrices, **_parameters(decided)}


def _named(decided: Decided) -> dict[str, Any]:
    """The instance by the names of its matrices."""
    return {**decided.tensors, **_parameters(decided)}


def _rows(matrix: Any) -> list[list[str]]:
    return [[str(exact_number(entry)) for entry in row] for row in np.array(matrix, dtype=object).tolist()]


def _parameters(decided: Decided) -> dict[str, Any]:
    domain, values = decided.statement.domain, decided.values
    numbers = {name: str(exact_number(values[name])) for name in domain.numbers}
    return {**{name: values[name] for name in domain.indices}, **numbers}


def _ends(interval: Interval) -> list[float | None]:
    """The ends as JSON has them: None where a float cannot hold one."""
    return [end if isfinite(end) else None for end in interval]


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
