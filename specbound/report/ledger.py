"""The ledger of published claims: what each rests on is declared, and its verdict is computed from that evidence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from specbound.core.errors import InvalidInput, unknown_name
from specbound.core.evidence import Evidence
from specbound.core.statement import Statement
from specbound.core.status import NO_EVIDENCE, standing, surprises
from specbound.report.finding import Finding

LEDGER = Path(__file__).with_name("claims.toml")

ROLES = ("needs", "limits", "bears")
"""What evidence is to a claim: without it the claim is false; where it holds it is a condition; it decides nothing."""

GRADES = {
    "A": "the authors' own public text",
    "B": "independent researchers who had the paper",
    "C": "reading notes, second hand",
}

REFUTED = "refuted:"
"""In front of a reference: evidence that holds where the statement, or the finding, is false."""


class Judgement(Enum):
    """What evidence makes of a claim."""

    CONFIRMED = "confirmed"
    CONDITIONAL = "confirmed with a condition"
    REFUTED = "refuted in this reading"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Claim:
    """A published claim, the reading of it that is tested, and references to evidence by their role."""

    id: str
    claim: str
    grade: str
    reading: str
    needs: tuple[str, ...]
    limits: tuple[str, ...] = ()
    bears: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """A piece of evidence as a claim uses it.

    ``reference``: as in the ledger. ``claim``: what it says, a sentence. ``holds``: None where there is none that is
    current, or none that decides. ``told``: on what that rests, or what is lacking. ``finding``: None for a statement.
    """

    reference: str
    role: str
    claim: str
    holds: bool | None
    told: str
    finding: Finding | None = None

    @property
    def name(self) -> str:
        """The reference to what it is evidence for or against."""
        return self.reference.removeprefix(REFUTED)


@dataclass(frozen=True)
class Judged:
    """A claim with its evidence and the verdict that follows."""

    claim: Claim
    items: tuple[Item, ...]

    def of(self, role: str) -> list[Item]:
        """The evidence in a role."""
        return [item for item in self.items if item.role == role]

    @property
    def verdict(self) -> Judgement:
        """Refuted where needed evidence fails, undecided where some is lacking, conditional where a limit holds."""
        needed, limits = ([item.holds for item in self.of(role)] for role in ("needs", "limits"))
        if False in needed:
            return Judgement.REFUTED
        if None in needed:
            return Judgement.UNDECIDED
        if True in limits:
            return Judgement.CONDITIONAL
        return Judgement.UNDECIDED if None in limits else Judgement.CONFIRMED

    def to_json(self) -> dict[str, Any]:
        """Plain data: what ``claims.json`` lists."""
        evidence = [
            {"reference": item.reference, "role": item.role, "holds": item.holds, "told": item.told}
            for item in self.items
        ]
        told = {"grade": self.claim.grade, "claim": self.claim.claim, "reading": self.claim.reading}
        return {"id": self.claim.id, "verdict": self.verdict.value, **told, "evidence": evidence}


def read_ledger(known: Mapping[str, Statement], path: Path = LEDGER) -> list[Claim]:
    """The claims of a ledger, in its order.

    **Raises.** :class:`InvalidInput` for a file that is no TOML, a key that is missing, unknown or of another type, an
    id or a reference given twice, and a statement that ``known`` does not have.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidInput(f"{path} is no TOML: {error}") from error
    if set(data) != {"claim"} or type(data["claim"]) is not list:
        raise InvalidInput(f"{path} has {', '.join(data) or 'nothing'} on top; required: [[claim]] alone")
    found: dict[str, Claim] = {}
    for row in data["claim"]:
        claim = _claim(path, row, known)
        if claim.id in found:
            raise InvalidInput(f"{path}: two claims are called {claim.id}; give each its own id")
        found[claim.id] = claim
    return list(found.values())


def judge(
    ledger: Sequence[Claim],
    statements: Mapping[str, Statement],
    evidence: Sequence[Evidence],
    findings: Mapping[str, Finding],
    missing: Mapping[str, str],
) -> list[Judged]:
    """Every claim with its evidence.

    **Parameters.** ``findings``: the current ones, by ``study/name``. ``missing``: for studies whose findings cannot be
    used, why.
    """

    def item(reference: str, role: str) -> Item:
        name = reference.removeprefix(REFUTED)
        if "/" in name:
            found = _of_finding(name, role, findings.get(name), missing)
        else:
            found = _of_statement(name, role, statements[name], evidence)
        return found if name == reference else _denied(found)

    return [
        Judged(claim, tuple(item(reference, role) for role in ROLES for reference in getattr(claim, role)))
        for claim in ledger
    ]


def _claim(path: Path, row: Any, known: Mapping[str, Statement]) -> Claim:
    texts = ("id", "claim", "grade", "reading")
    if type(row) is not dict:
        raise InvalidInput(f"{path} has the claim {row!r}; required: tables, [[claim]]")
    named = f"{path}, claim {row.get('id')!r}"
    if not {*texts, "needs"} <= set(row) <= {*texts, *ROLES}:
        required = f"{', '.join(texts)}, needs, and if there are any limits and bears"
        raise InvalidInput(f"{named} has {', '.join(row)}; required: {required}")
    if any(type(row[key]) is not str or not row[key] for key in texts) or row["grade"] not in GRADES:
        raise InvalidInput(f"{named}: {', '.join(texts)} are texts, and the grade one of {', '.join(GRADES)}")
    references = [reference for role in ROLES for reference in row.get(role, ())]
    if not row["needs"] or any(type(reference) is not str for reference in references):
        raise InvalidInput(f"{named}: {', '.join(ROLES)} are lists of references, and needs has at least one")
    if len(set(references)) != len(references):
        raise InvalidInput(f"{named} refers to the same evidence twice: {', '.join(references)}")
    for reference in references:
        if "/" not in reference and reference.removeprefix(REFUTED) not in known:
            raise unknown_name(f"statement in {named}:", reference.removeprefix(REFUTED), known)
    given: dict[str, Any] = {key: tuple(value) if key in ROLES else value for key, value in row.items()}
    return Claim(**given)


def _of_statement(reference: str, role: str, statement: Statement, evidence: Sequence[Evidence]) -> Item:
    stands = standing(statement, evidence)
    odd = surprises(statement, evidence)
    supported = stands.word not in (NO_EVIDENCE, "stale evidence only", "refuted") and str(stands) != "undecided"
    holds = False if stands.word == "refuted" else True if supported and not odd else None
    return Item(reference, role, statement.summary, holds, "; ".join([str(stands), *odd]))


def _denied(item: Item) -> Item:
    """The same evidence for the contrary."""
    holds = None if item.holds is None else not item.holds
    return replace(item, reference=REFUTED + item.reference, claim=f"Not so: {item.claim}", holds=holds)


def _of_finding(reference: str, role: str, finding: Finding | None, missing: Mapping[str, str]) -> Item:
    study, _, name = reference.partition("/")
    if finding is None:
        why = missing.get(study, f"the study {study} has no finding {name} here")
        return Item(reference, role, name.replace("_", " "), None, why)
    return Item(reference, role, finding.claim, finding.holds, finding.told, finding)
