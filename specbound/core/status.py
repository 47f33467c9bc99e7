"""What can be said of a statement, computed from its evidence and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from specbound.core.evidence import Evidence, Kind
from specbound.core.statement import Expected, Statement
from specbound.core.verdict import Verdict

NO_EVIDENCE = "no evidence here"


def fresh(statement: Statement, records: Iterable[Evidence]) -> list[Evidence]:
    """The records on this statement that are not stale."""
    return [record for record in records if record.statement == statement.id and not record.stale]


@dataclass(frozen=True)
class Standing:
    """What fresh evidence amounts to: a ``word``, and on how many instances it rests.

    ``word``: refuted, or the derivation's reach, or empty. ``certified``: instances, small exact ones and given
    weights, on which the claim holds rigorously; ``consistent``: those on which intervals do not contradict an
    equality, which they cannot certify; ``searched``: instances on which floats decide for it. Once refuted, none of
    these counts.
    """

    word: str
    certified: int = 0
    consistent: int = 0
    searched: int = 0

    def __str__(self) -> str:
        parts = [self.word] if self.word else []
        if self.certified:
            parts.append(f"certified on {self.certified:,}")
        elif self.consistent:
            parts.append(f"consistent in intervals on {self.consistent:,}")
        if self.searched:
            parts.append(f"no counterexample in {self.searched:,}")
        return "; ".join(parts) or "undecided"


def standing(statement: Statement, records: Iterable[Evidence]) -> Standing:
    """The standing that fresh evidence gives: refuted, else the derivation's reach, certificates and the search."""
    about = [record for record in records if record.statement == statement.id]
    mine = fresh(statement, about)
    if not mine:
        return Standing("stale evidence only" if about else NO_EVIDENCE)
    if any(record.verdict is Verdict.VIOLATED for record in mine):
        return Standing("refuted")
    derived = [record for record in mine if record.kind is Kind.SYMBOLIC and record.verdict is Verdict.HOLDS]
    floats = (Kind.PROPERTY, Kind.ADVERSARIAL, Kind.MEASURED)
    return Standing(
        str(derived[0].details["reach"]) if derived else "",
        _examples(mine, (Kind.CERTIFIED,), (Verdict.HOLDS,)),
        _examples(mine, (Kind.CERTIFIED,), (Verdict.CONSISTENT,)),
        _examples(mine, floats, (Verdict.HOLDS, Verdict.CONSISTENT)),
    )


def status(statement: Statement, records: Iterable[Evidence]) -> str:
    """The standing in words.

    >>> from specbound.core.catalogue import catalog
    >>> status(catalog()["weyl_sum"], [])
    'no evidence here'
    """
    return str(standing(statement, records))


def surprises(statement: Statement, records: Sequence[Evidence]) -> list[str]:
    """What fresh evidence shows that was not expected of this statement and its mutants, a line each."""
    mine = fresh(statement, records)
    found: list[str] = []
    violated = any(record.verdict is Verdict.VIOLATED for record in mine)
    if statement.expected is Expected.HOLDS:
        found += [
            f"{statement.id}: expected to hold, VIOLATED by {record.kind.value} evidence"
            for record in mine
            if record.verdict is Verdict.VIOLATED
        ]
    found += [
        f"{statement.id}: the derivation failed: {record.details['failure']}"
        for record in mine
        if "failure" in record.details
    ]
    found += [
        f"{statement.id}: not refuted, rigorously, by {', '.join(record.details['not refuted'])}"
        for record in mine
        if "not refuted" in record.details
    ]
    found += [
        f"{statement.id}: equality is not attained at {', '.join(record.details['not attained'])}"
        for record in mine
        if "not attained" in record.details
    ]
    searched = any(record.kind is Kind.ADVERSARIAL for record in mine)
    if searched and statement.expected is Expected.REFUTED and not violated:
        found.append(
            f"{statement.id}: expected to be refuted, and the search found no counterexample: "
            "it is weak, or the claim is true"
        )
    if searched:
        found += [
            f"{statement.id}: the search did not refute the mutant {name}: it is weak, or the claim is true"
            for name, refuted in mutants_refuted(statement, records).items()
            if not refuted
        ]
    return found


def mutants_refuted(statement: Statement, records: Sequence[Evidence]) -> dict[str, bool]:
    """For each mutant, whether fresh evidence refutes it."""
    return {
        mutant.name: any(record.verdict is Verdict.VIOLATED for record in fresh(statement.mutate(mutant), records))
        for mutant in statement.mutants
    }


def _examples(records: Iterable[Evidence], kinds: Sequence[Kind], decided: Sequence[Verdict]) -> int:
    """How many instances were decided so: what is left open speaks neither for a claim nor against it."""
    return sum(record.counts.get(word.value, 0) for record in records if record.kind in kinds for word in decided)
