from dataclasses import replace

import pytest

from specbound.core import provenance as module
from specbound.core.catalogue import catalog
from specbound.core.evidence import Evidence, Kind
from specbound.core.status import mutants_refuted, status, surprises
from specbound.core.verdict import Verdict

WEYL = catalog()["weyl_sum"]
INDEPENDENT = catalog()["triple_independent"]
DERIVED = Evidence("weyl_sum", Kind.SYMBOLIC, Verdict.HOLDS, details={"reach": "derived"})
SEARCHED = Evidence("weyl_sum", Kind.ADVERSARIAL, Verdict.UNDECIDED, counts={"HOLDS": 900, "UNDECIDED": 100})
TESTED = Evidence("weyl_sum", Kind.PROPERTY, Verdict.HOLDS, counts={"HOLDS": 300})
REFUTED = Evidence("weyl_sum", Kind.ADVERSARIAL, Verdict.VIOLATED, counts={"VIOLATED": 1})


def _mutants_of_weyl() -> list[Evidence]:
    return [replace(REFUTED, statement=f"weyl_sum/{mutant.name}") for mutant in WEYL.mutants]


def test_status_is_computed_from_evidence_alone() -> None:
    assert status(WEYL, []) == "no evidence here"
    assert status(WEYL, [DERIVED]) == "derived"
    assert status(WEYL, [SEARCHED, TESTED]) == "no counterexample in 1,200"
    assert status(WEYL, [DERIVED, TESTED]) == "derived; no counterexample in 300"
    assert status(WEYL, [replace(SEARCHED, kind=Kind.CERTIFIED)]) == "certified on 900"
    assert status(WEYL, [replace(DERIVED, verdict=Verdict.UNDECIDED)]) == "undecided"
    assert status(WEYL, [replace(SEARCHED, counts={"UNDECIDED": 100})]) == "undecided"


def test_one_violation_refutes_whatever_else_there_is() -> None:
    assert status(WEYL, [DERIVED, TESTED, REFUTED]) == "refuted"


def test_evidence_on_others_does_not_count() -> None:
    assert status(WEYL, [replace(REFUTED, statement="triple_gap"), *_mutants_of_weyl()]) == "no evidence here"


def test_stale_evidence_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "package_hash", lambda: "another source")
    assert status(WEYL, [DERIVED, REFUTED]) == "stale evidence only"
    assert surprises(WEYL, [REFUTED]) == []


def test_no_surprise_where_all_is_as_expected() -> None:
    assert surprises(WEYL, [DERIVED, SEARCHED, TESTED, *_mutants_of_weyl()]) == []


def test_a_violated_statement_is_a_surprise() -> None:
    assert "expected to hold" in surprises(WEYL, [REFUTED, *_mutants_of_weyl()])[0]


def test_a_surviving_mutant_is_a_surprise() -> None:
    found = surprises(WEYL, [SEARCHED, *_mutants_of_weyl()[1:]])
    assert found == ["weyl_sum: the search did not refute the mutant index_shifted: it is weak, or the claim is true"]
    assert mutants_refuted(WEYL, _mutants_of_weyl()[1:]) == {"index_shifted": False, "constant_tightened": True}


def test_a_refuted_reading_that_survives_is_a_surprise() -> None:
    survived = replace(SEARCHED, statement="triple_independent")
    assert "the search found no counterexample" in surprises(INDEPENDENT, [survived])[0]


def test_a_failed_derivation_is_a_surprise() -> None:
    failed = replace(DERIVED, verdict=Verdict.UNDECIDED, details={"reach": "derived", "failure": "step 2"})
    assert surprises(WEYL, [failed]) == ["weyl_sum: the derivation failed: step 2"]


def test_mutants_are_not_asked_for_where_nothing_was_searched() -> None:
    assert surprises(WEYL, [DERIVED]) == []
