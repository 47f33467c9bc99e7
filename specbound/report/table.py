"""The verdict table: a row a statement, every cell computed from evidence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from specbound.core.evidence import Evidence, Kind
from specbound.core.statement import Statement
from specbound.core.status import fresh, mutants_refuted, standing, surprises
from specbound.core.verdict import Relation, Verdict

NARROWEST = 124
"""Columns below which the table's words would be broken; a narrower output is written this wide all the same."""


@dataclass(frozen=True)
class Row:
    """What the evidence says of one statement.

    ``derivation``: its number of steps. ``certified``, ``consistent`` and ``searched``: on how many instances, as in
    :class:`~specbound.core.status.Standing`. ``margin``: the smallest of the search, relative to the statement's scale.
    ``tightness_random`` and ``tightness_real``: medians over Gaussian and over given matrices, 1 where attained.
    ``counterexample``: the smallest one found; ``certain``: one that fails beyond rounding, in fractions. None where
    there is no evidence.
    """

    statement: str
    expected: str
    derivation: str | None
    certified: int
    consistent: int
    searched: int
    margin: float | None
    mutants: int
    mutants_refuted: int | None
    tightness_random: float | None
    tightness_real: float | None
    standing: str
    status: str
    surprises: tuple[str, ...]
    counterexample: dict[str, Any] | None
    certain: dict[str, Any] | None


def rows(statements: Iterable[Statement], records: Sequence[Evidence]) -> list[Row]:
    """One row for each statement, from its fresh evidence."""
    return [_row(statement, records) for statement in statements]


def render(table: Sequence[Row], console: Console) -> None:
    """Prints the table, then a line for each counterexample."""
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, caption=CAPTION, caption_justify="left", padding=(0, 1, 0, 0))
    headings = ("statement", "derivation", "certified", "searched", "margin", "mutants", "random", "real", "standing")
    for number, heading in enumerate(headings):
        drawn.add_column(heading, justify="left" if number in (0, 1, 8) else "right", no_wrap=number < 8)
    for row in table:
        drawn.add_row(
            row.statement,
            row.derivation or "–",
            f"{row.certified:,}" if row.certified else f"≈ {row.consistent:,}" if row.consistent else "–",
            f"{row.searched:,}" if row.searched else "–",
            _number(row.margin, ".1e"),
            "–" if row.mutants_refuted is None else f"{row.mutants_refuted} of {row.mutants}",
            _number(row.tightness_random, ".3f"),
            _number(row.tightness_real, ".3f"),
            row.standing or "not derived",
        )
    console.width = max(console.width, NARROWEST)
    console.print(drawn)
    for row in table:
        if row.counterexample is not None:
            console.print(f"{row.statement}: smallest counterexample {json.dumps(row.counterexample)}", **PLAIN)
        if row.certain is not None:
            console.print(f"{row.statement}: certain to fail at {json.dumps(row.certain)}", **PLAIN)
    for row in table:
        if not row.mutants and row.margin is not None:
            console.print(f"{row.statement}: no mutants, so nothing shows how strong its search was", **PLAIN)


def tell_surprises(lines: Iterable[str], console: Console) -> None:
    """Prints a line for each surprise."""
    for line in lines:
        console.print(f"SURPRISE {line}", **PLAIN)


CAPTION = (
    "derivation: steps checked by exact algebra, and cited. certified: instances on which the claim holds beyond "
    "rounding; ≈: intervals consistent with an equality. searched: instances in floats, the drawn ones of sizes up to "
    "8. margin: smallest of the search, relative. mutants: refuted. random, real: median tightness on Gaussian and on "
    "given matrices, 1 = attained. –: not run, or an equality."
)

PLAIN: dict[str, Any] = {"soft_wrap": True, "markup": False, "highlight": False}
"""How the console prints a line that is not to be broken or coloured."""


def as_json(table: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows as plain data."""
    return [asdict(row) for row in table]


def _row(statement: Statement, records: Sequence[Evidence]) -> Row:
    mine = fresh(statement, records)
    by_kind = {kind: [record for record in mine if record.kind is kind] for kind in Kind}
    derivation = next((_steps(record) for record in by_kind[Kind.SYMBOLIC]), None)
    margins = [record.margin for record in by_kind[Kind.ADVERSARIAL] if record.margin is not None]
    refuted = mutants_refuted(statement, records)
    equality = statement.relation is Relation.EQ
    stands = standing(statement, records)
    counterexamples = [record.recipe for record in mine if record.verdict is Verdict.VIOLATED and record.recipe]
    return Row(
        statement=statement.id,
        expected=statement.expected.value,
        derivation=derivation,
        certified=stands.certified,
        consistent=stands.consistent,
        searched=stands.searched,
        margin=min(margins, default=None),
        mutants=len(refuted),
        mutants_refuted=sum(refuted.values()) if by_kind[Kind.ADVERSARIAL] else None,
        tightness_random=None if equality else _median_tightness(by_kind[Kind.MEASURED], random=True),
        tightness_real=None if equality else _median_tightness(by_kind[Kind.MEASURED], random=False),
        standing=stands.word,
        status=str(stands),
        surprises=tuple(surprises(statement, records)),
        counterexample=min((dict(recipe) for recipe in counterexamples), key=_length, default=None),
        certain=next((r.details["violated"] for r in by_kind[Kind.CERTIFIED] if "violated" in r.details), None),
    )


def _steps(record: Evidence) -> str:
    if record.verdict is Verdict.VIOLATED:
        return "counterexample"
    if "failure" in record.details:
        return "failed"
    kinds = [step["kind"] for step in record.details["steps"]]
    cited = kinds.count("cited")
    return f"{kinds.count('checked')} checked" + (f" + {cited}" if cited else "")


def _length(recipe: dict[str, Any]) -> int:
    return len(json.dumps(recipe))


def _median_tightness(records: Iterable[Evidence], random: bool) -> float | None:
    """Over all tuples of matrices; a bound that is vacuous on one counts as zero there. Networks have none."""
    values = [
        max(item["tightness"] or 0.0, 0.0)
        for record in records
        if record.details.get("random") is random
        for item in record.details["tuples"]
    ]
    return median(values) if values else None


def _number(value: float | None, form: str) -> str:
    return "–" if value is None or not math.isfinite(value) else format(value, form)
