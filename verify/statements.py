"""The statements of the catalogue: derived, tested, attacked, and measured on random and on real weights."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from rich.console import Console

from specbound.campaign import Grid, Record, Study, evidence_in
from specbound.checks.budget import BUDGETS
from specbound.checks.measured import Chain
from specbound.checks.run import KINDS, check_one
from specbound.core.catalogue import catalog
from specbound.core.statement import Expected
from specbound.core.status import surprises
from specbound.core.verdict import Verdict
from specbound.report.table import render, rows
from verify.weights import digits_chain, gaussian_twin, transformer_chain

STATEMENTS = catalog()


def predict(statement: str, kind: str) -> dict[str, Any]:
    """Which claims the check is to find violated: a refuted reading, and every mutant that is attacked.

    A property test may miss the refuted reading, which is then named under ``possibly``: few random examples violate
    it. Trained weights are not predicted to: it hardly ever fails at full rank.
    """
    claim = STATEMENTS[statement]
    refuted = [claim.id] if claim.expected is Expected.REFUTED else []
    mutants = [claim.mutate(mutant).id for mutant in claim.mutants] if kind == "adversarial" else []
    sure = kind in ("symbolic", "adversarial", "certified")
    return {
        "violated": sorted([*(refuted if sure else []), *mutants]),
        "possibly": refuted if kind == "property" else [],
    }


def measure(statement: str, kind: str, budget: str, seed: int, device: str) -> dict[str, Any]:
    """Which claims the check finds violated, and its evidence."""
    chains = _chains(seed) if kind == "measured" else ()
    found = check_one(STATEMENTS[statement], kind, BUDGETS[budget], seed, device, chains)
    violated = {record.statement for record in found if record.verdict is Verdict.VIOLATED}
    return {"violated": sorted(violated), "evidence": [record.to_json() for record in found]}


@cache
def _chains(seed: int) -> tuple[Chain, ...]:
    """A trained transformer, Gaussian matrices of its shapes, and a network trained on digits."""
    transformer = transformer_chain()
    return gaussian_twin(transformer, seed), transformer, digits_chain(seed)


def unexpected(records: Sequence[Record]) -> list[str]:
    """What the evidence shows and the statements do not say, and where a refuted reading fared unlike predicted."""
    evidence = evidence_in(records)
    found = [line for statement in STATEMENTS.values() for line in surprises(statement, evidence)]
    for record in records:
        claim, kind = record.parameters["statement"], record.parameters["kind"]
        if STATEMENTS[claim].expected is Expected.REFUTED and record.measurement:
            predicted, measured = (claim in side["violated"] for side in (record.prediction, record.measurement))
            if predicted is not measured and claim not in record.prediction["possibly"]:
                word = "does not refute" if predicted else "refutes"
                found.append(f"{claim}: {kind} evidence {word} it, unlike predicted")
    return found


def show(records: Sequence[Record], console: Console) -> None:
    """Prints the verdict table."""
    render(rows(STATEMENTS.values(), evidence_in(records)), console)


ON_WEIGHTS = [
    name
    for name, claim in STATEMENTS.items()
    if claim.area == "singular" or (claim.area != "rates" and len(claim.domain.matrices) == 1)
]
"""Statements that can be read off weight matrices; those on curvature and rates are read on networks, elsewhere."""


def _grids(budget: str) -> list[Grid]:
    kinds = [kind for kind in KINDS if kind != "measured"]
    everything = Grid({"statement": list(STATEMENTS), "kind": kinds, "budget": [budget]})
    return [everything, Grid({"statement": ON_WEIGHTS, "kind": ["measured"], "budget": [budget]})]


study = Study(
    name="statements",
    grids={budget: _grids(budget) for budget in BUDGETS},
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
    rests_on=("../proofs",),
)
