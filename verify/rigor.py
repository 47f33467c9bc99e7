"""Statements on singular values, decided beyond rounding on the weights of a transformer and of a small network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from rich.console import Console
from threadpoolctl import threadpool_limits

from specbound.campaign import Grid, Record, Study, evidence_in, measured_in
from specbound.checks.certified import check_certified_on
from specbound.checks.measured import Chain
from specbound.core.catalogue import catalog
from specbound.core.evidence import Evidence
from specbound.core.statement import Expected
from specbound.core.verdict import Relation, Verdict
from specbound.numeric.ops import NotAvailable
from specbound.weights import Matrix
from verify.tables import table
from verify.weights import digits_chain, transformer_chain

STATEMENTS = {name: claim for name, claim in catalog().items() if claim.area == "singular"}

ISOMETRY, KRONECKER = "interlacing_isometry", "kronecker_spectrum"

COLUMNS = 16
"""How many columns an isometry between weights has."""

PART = 24
"""Side of the leading parts of which Kronecker products are formed: that of whole weights has 10¹¹ entries."""

OPEN = 0.01
"""Share of inequalities that may stay undecided."""


def predict(statement: str) -> dict[str, Any]:
    """No instance violates a claim that holds, and the intervals are narrow enough to decide 99 % of inequalities.

    Weights have singular values apart by about ``σ₁/n``, and sides are equal on no instance but by structure. The
    refuted reading needs low rank to fail: on trained weights it may or may not.
    """
    claim = STATEMENTS[statement]
    return {"violated": False if claim.expected is Expected.HOLDS else None, "open": OPEN}


def measure(statement: str, weights: str, matrices: int, seed: int) -> dict[str, Any]:
    """The evidence on the last so many matrices; none where the formula cannot be computed on any of them."""
    with threadpool_limits(limits=1):
        try:
            found = check_certified_on(STATEMENTS[statement], _chain(statement, weights, matrices, seed))
        except NotAvailable as error:
            return {"evidence": [], "reason": str(error)}
    return {"evidence": [found.to_json()], "reason": ""}


def _chain(statement: str, weights: str, matrices: int, seed: int) -> Chain:
    if statement == ISOMETRY:
        return _between_isometries(weights, matrices, seed)
    return _parts(weights, matrices, seed) if statement == KRONECKER else _last(weights, matrices, seed)


@cache
def _last(weights: str, matrices: int, seed: int) -> Chain:
    whole = transformer_chain() if weights == "MiniLM" else digits_chain(seed)
    return Chain(whole.name, dict(list(whole.matrices.items())[-matrices:]))


def _parts(weights: str, matrices: int, seed: int) -> Chain:
    chain = _last(weights, matrices, seed)
    return Chain(f"{chain.name}, leading parts", {name: m[:PART, :PART] for name, m in chain.matrices.items()})


def _between_isometries(weights: str, matrices: int, seed: int) -> Chain:
    """Each weight behind two matrices whose columns are orthonormal, exactly."""
    generator = np.random.default_rng(seed)
    found: dict[str, Matrix] = {}
    for name, matrix in _last(weights, matrices, seed).matrices.items():
        for side, length in (("right", matrix.shape[1]), ("left", matrix.shape[0])):
            if length % len(HADAMARD) == 0:
                found[f"{side} isometry of {name}"] = isometry(length, generator)
        found[name] = matrix
    return Chain(f"{weights} between isometries", found)


HADAMARD = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
"""Orthogonal, in floats that are exact."""


def isometry(rows: int, generator: np.random.Generator) -> Matrix:
    """Some columns of a block-diagonal matrix of Hadamard's, its rows in another order and with other signs."""
    whole = np.kron(np.eye(rows // len(HADAMARD)), HADAMARD)
    chosen = generator.permutation(rows)[: min(rows, COLUMNS)]
    return generator.permutation(whole[:, chosen]) * generator.choice([-1.0, 1.0], (rows, 1))


def unexpected(records: Sequence[Record]) -> list[str]:
    """Claims that are violated, or cannot be decided, unlike predicted."""
    found: list[str] = []
    for record in measured_in(records):
        if record.parameters["weights"] == "MiniLM" and not record.measurement["evidence"]:
            found.append(f"{record}: nothing was decided: {record.measurement['reason']}")
        violated = any(item.verdict is Verdict.VIOLATED for item in evidence_in([record]))
        if violated and record.prediction["violated"] is False:
            found.append(f"{record}: VIOLATED, beyond rounding, on weights")
    left, compared = undecided(records)
    if left > OPEN * compared:
        found.append(f"{left} of {compared} inequalities are undecided; predicted at most {OPEN:.0%}")
    return found


def undecided(records: Sequence[Record]) -> tuple[int, int]:
    """How many instances of inequalities are left open, and how many there are."""
    about = [item for item in evidence_in(records) if STATEMENTS[item.statement].relation is not Relation.EQ]
    return sum(item.counts.get(Verdict.UNDECIDED.value, 0) for item in about), sum(item.examples for item in about)


def show(records: Sequence[Record], console: Console) -> None:
    """Prints verdicts by statement, which number system decided, and what is left open and why."""
    shown = table(
        "beyond rounding on trained weights; by fast or tight enclosures, or balls", ["instances", "decided by"]
    )
    evidence = evidence_in(records)
    for name in STATEMENTS:
        mine = [item for item in evidence if item.statement == name]
        if not mine:
            continue
        counts = _total(item.counts for item in mine)
        counts["not available"] = sum(item.details["not available"] for item in mine)
        shown.add_row(name, _told(counts), _told(_total(item.details["by"] for item in mine)))
    console.print(shown)
    left, compared = undecided(records)
    console.print(f"{left:,} of {compared:,} inequalities undecided")
    for item in evidence:
        _explain(item, console)


def _explain(item: Evidence, console: Console) -> None:
    for open_ in item.details["undecided"]:
        console.print(f"undecided: {item.statement} {open_}", markup=False, highlight=False, soft_wrap=True)
    if item.details["not available"]:
        console.print(f"not available: {item.statement}: {item.details['reason']}", highlight=False, soft_wrap=True)


def _total(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    return sum(map(Counter, counts), start=Counter[str]())


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {word}" for word, number in counts.items() if number)


def _grid(weights: str, matrices: int, statements: Sequence[str] = tuple(STATEMENTS)) -> Grid:
    return Grid({"statement": statements, "weights": [weights], "matrices": [matrices]})


study = Study(
    name="rigor",
    grids={
        "quick": _grid("MiniLM", 4),
        "standard": [_grid("MiniLM", 24), _grid("digits", 5)],
        "deep": [_grid("MiniLM", 24), _grid("digits", 5)],
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
