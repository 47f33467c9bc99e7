"""What a search has met so far, and the evidence that it amounts to."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from specbound.checks.decide import decide
from specbound.checks.shrink import shrink
from specbound.core.evidence import Evidence, Kind
from specbound.core.instance import Instance
from specbound.core.provenance import file_hashes
from specbound.core.recipe import Recipe, Values
from specbound.core.statement import Statement
from specbound.core.verdict import Verdict
from specbound.numeric.ops import NotAvailable


@dataclass
class Tally:
    """Counts of verdicts, the smallest relative margin with where it was met, the greatest tightness, all over time."""

    statement: Statement
    kind: Kind
    counts: Counter[str] = field(default_factory=Counter[str])
    smallest: float = math.inf
    tightest: float = -math.inf
    worst: tuple[Recipe, Values] | None = None
    violated: bool = False
    started: float = field(default_factory=time.perf_counter)

    def count(self, counts: Mapping[Verdict, int]) -> None:
        """Adds instances by verdict."""
        self.counts.update({verdict.value: number for verdict, number in counts.items() if number})

    def tighten(self, tightness: float) -> None:
        """Keeps a ratio of the smaller side to the larger if it is finite and the greatest so far."""
        if math.isfinite(tightness):
            self.tightest = max(self.tightest, tightness)

    def lower(self, margin: float, violated: bool, recipe: Recipe | None = None, values: Values | None = None) -> None:
        """Keeps a relative margin and the instance that gave it: the smallest so far, or the first violation."""
        if margin < self.smallest or (violated and not self.violated):
            self.smallest, self.violated = min(margin, self.smallest), self.violated or violated
            self.worst = (recipe, values) if recipe is not None and values is not None else None

    def evidence(self, seed: int | None, details: Mapping[str, Any], precision: str = "float64") -> Evidence:
        """The record of this search. A violation that can be rebuilt is shrunk, and decided beyond rounding."""
        rebuilt, certain = None, {}
        if self.violated and self.worst is not None:
            recipe, values = self.worst
            smallest = shrink(self.statement, recipe, values)
            rebuilt = recipe.to_json(smallest)
            certain = {"beyond rounding": self._beyond_rounding(recipe.build(smallest, None))}
        return Evidence(
            statement=self.statement.id,
            kind=self.kind,
            verdict=self._verdict(),
            margin=self.smallest if math.isfinite(self.smallest) else None,
            tightness=self.tightest if math.isfinite(self.tightest) else None,
            counts=dict(self.counts),
            recipe=rebuilt,
            seed=seed,
            precision=precision,
            details={**details, **certain},
            seconds=time.perf_counter() - self.started,
            files=file_hashes(self.statement.file),
        )

    def _beyond_rounding(self, instance: Instance) -> str:
        """What intervals say of a counterexample, whose floats may meet the assumptions up to rounding only."""
        try:
            found = decide(self.statement, instance.values)
        except NotAvailable as error:
            return f"not available: {error}"
        return str(found.verdict) if found else "these very numbers miss the assumptions"

    def _verdict(self) -> Verdict:
        if self.violated:
            return Verdict.VIOLATED
        for verdict in (Verdict.UNDECIDED, Verdict.CONSISTENT):
            if self.counts[verdict.value]:
                return verdict
        return Verdict.HOLDS if self.counts else Verdict.UNDECIDED
