from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence, Kind
from specbound.core.verdict import Verdict
from specbound.report.finding import Finding
from specbound.report.ledger import LEDGER, ROLES, Claim, Item, Judged, Judgement, judge, read_ledger

CATALOG = catalog()
CLAIM = Claim("P1", "A claim.", "A", "A reading.", ("weyl_sum", "study/need"), ("study/limit",), ("study/bears",))
HOLDS = Evidence("weyl_sum", Kind.PROPERTY, Verdict.HOLDS, counts={"HOLDS": 9})


def _finding(name: str, holds: bool | None) -> Finding:
    return Finding(name, f"{name} holds.", holds, "Nine of nine.")


def _judged(need: bool | None = True, limit: bool | None = False, evidence: tuple[Evidence, ...] = (HOLDS,)) -> Judged:
    findings = {f"study/{name}": _finding(name, holds) for name, holds in (("need", need), ("limit", limit))}
    (found,) = judge([CLAIM], CATALOG, evidence, findings, {})
    return found


def test_the_ledger_has_a_row_for_each_published_claim() -> None:
    claims = read_ledger(CATALOG)
    assert [claim.id for claim in claims] == [f"P{number}" for number in range(1, 13)]
    assert all(claim.claim.endswith(".") and claim.reading.endswith(".") for claim in claims)


def test_nobody_types_a_verdict() -> None:
    rows = [line for line in LEDGER.read_text().splitlines() if not line.startswith("#")]
    typed = [line for line in rows for word in Judgement if word.value in line]
    assert typed == []


def test_no_evidence_decides_nothing() -> None:
    found = judge(read_ledger(CATALOG), CATALOG, [], {}, {})
    assert {judged.verdict for judged in found} == {Judgement.UNDECIDED}
    assert all(item.holds is None and item.told for judged in found for item in judged.items)


@pytest.mark.parametrize(
    ("need", "limit", "verdict"),
    [
        (True, False, Judgement.CONFIRMED),
        (True, True, Judgement.CONDITIONAL),
        (True, None, Judgement.UNDECIDED),
        (None, True, Judgement.UNDECIDED),
        (None, False, Judgement.UNDECIDED),
        (False, True, Judgement.REFUTED),
        (False, None, Judgement.REFUTED),
    ],
)
def test_the_verdict_follows_from_the_evidence(need: bool | None, limit: bool | None, verdict: Judgement) -> None:
    assert _judged(need, limit).verdict is verdict


def test_one_failure_refutes_whatever_else_is_open_and_a_known_condition_is_enough() -> None:
    def verdict(needs: tuple[bool | None, ...], limits: tuple[bool | None, ...]) -> Judgement:
        items = [
            Item("x", role, "", holds, "") for role, all in (("needs", needs), ("limits", limits)) for holds in all
        ]
        return Judged(CLAIM, tuple(items)).verdict

    for needs, limits in product(product((True, False, None), repeat=2), product((True, False, None), repeat=2)):
        expected = (
            Judgement.REFUTED
            if False in needs
            else Judgement.UNDECIDED
            if None in needs
            else Judgement.CONDITIONAL
            if True in limits
            else Judgement.UNDECIDED
            if None in limits
            else Judgement.CONFIRMED
        )
        assert verdict(needs, limits) is expected


def test_what_only_bears_on_a_claim_decides_nothing() -> None:
    findings = {f"study/{name}": _finding(name, name == "need") for name in ("need", "limit", "bears")}
    (found,) = judge([CLAIM], CATALOG, [HOLDS], findings, {})
    assert found.of("bears")[0].holds is False
    assert found.verdict is Judgement.CONFIRMED


FAILED = replace(HOLDS, kind=Kind.SYMBOLIC, verdict=Verdict.UNDECIDED, details={"failure": "step 2", "steps": []})


@pytest.mark.parametrize(
    ("evidence", "holds", "told"),
    [
        ((), None, "no evidence here"),
        ((replace(HOLDS, source="older"),), None, "stale evidence only"),
        ((replace(HOLDS, verdict=Verdict.UNDECIDED, counts={"UNDECIDED": 9}),), None, "undecided"),
        ((HOLDS, FAILED), None, "the derivation failed: step 2"),
        ((HOLDS, replace(HOLDS, verdict=Verdict.VIOLATED)), False, "refuted"),
    ],
)
def test_a_statement_holds_by_current_evidence_alone(
    evidence: tuple[Evidence, ...], holds: bool | None, told: str
) -> None:
    assert _judged(evidence=(HOLDS,)).of("needs")[0].holds is True
    item = _judged(evidence=evidence).of("needs")[0]
    assert item.holds is holds
    assert told in item.told


def test_a_search_that_leaves_a_mutant_standing_decides_nothing() -> None:
    item = _judged(evidence=(replace(HOLDS, kind=Kind.ADVERSARIAL),)).of("needs")[0]
    assert item.holds is None
    assert "did not refute the mutant" in item.told


def test_a_reading_that_is_to_be_false_holds_where_it_is_refuted() -> None:
    claim = replace(CLAIM, needs=("refuted:triple_independent",), limits=(), bears=())
    mutant = CATALOG["triple_independent"].mutate(CATALOG["triple_independent"].mutants[0])
    violated = [Evidence(name, Kind.ADVERSARIAL, Verdict.VIOLATED) for name in ("triple_independent", mutant.id)]
    assert judge([claim], CATALOG, violated, {}, {})[0].verdict is Judgement.CONFIRMED
    assert judge([claim], CATALOG, [], {}, {})[0].verdict is Judgement.UNDECIDED
    holds = [Evidence("triple_independent", Kind.PROPERTY, Verdict.HOLDS, counts={"HOLDS": 3})]
    assert judge([claim], CATALOG, holds, {}, {})[0].verdict is Judgement.REFUTED


def test_a_finding_that_is_to_be_false_holds_where_it_does_not() -> None:
    claim = replace(CLAIM, needs=("refuted:study/need",), limits=(), bears=())
    for holds, verdict in (
        (True, Judgement.REFUTED),
        (False, Judgement.CONFIRMED),
        (None, Judgement.UNDECIDED),
    ):
        (found,) = judge([claim], CATALOG, [], {"study/need": _finding("need", holds)}, {})
        assert found.verdict is verdict
        assert found.items[0].claim == "Not so: need holds."
        assert found.items[0].reference == "refuted:study/need"


def test_what_is_lacking_is_told() -> None:
    (found,) = judge([CLAIM], CATALOG, [HOLDS], {}, {"study": "the study was not run here"})
    assert found.of("limits")[0].told == "the study was not run here"
    (found,) = judge([CLAIM], CATALOG, [HOLDS], {}, {})
    assert found.of("limits")[0].told == "the study study has no finding limit here"


ROW = '[[claim]]\nid = "P1"\nclaim = "c."\ngrade = "A"\nreading = "r."\nneeds = ["weyl_sum"]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[claim", "is no TOML"),
        ("", "has nothing on top; required: [[claim]] alone"),
        (
            ROW + 'verdict = "confirmed"\n',
            "claim 'P1' has id, claim, grade, reading, needs, verdict; required: id, claim, grade",
        ),
        (ROW.replace('needs = ["weyl_sum"]', ""), "claim 'P1' has id, claim, grade, reading; required"),
        (ROW.replace('"A"', '"D"'), "the grade one of A, B, C"),
        (ROW.replace('"c."', "3"), "are texts"),
        (ROW.replace('["weyl_sum"]', "[]"), "needs has at least one"),
        (ROW.replace('["weyl_sum"]', "[1]"), "are lists of references"),
        (ROW.replace("weyl_sum", "weyl"), "the nearest known: weyl_sum"),
        (ROW.replace("weyl_sum", "refuted:weyl"), "the nearest known: weyl_sum"),
        (ROW + 'limits = ["weyl_sum"]\n', "refers to the same evidence twice"),
        (ROW + ROW, "two claims are called P1"),
    ],
)
def test_a_ledger_is_read_strictly(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(text)
    with pytest.raises(InvalidInput) as caught:
        read_ledger(CATALOG, path)
    assert message in str(caught.value)


def test_a_ledger_of_ones_own_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(ROW)
    (claim,) = read_ledger(CATALOG, path)
    assert [getattr(claim, role) for role in ROLES] == [("weyl_sum",), (), ()]
