from pathlib import Path

import pytest

from specbound.core import provenance
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence, Kind
from specbound.core.provenance import file_hashes
from specbound.core.verdict import Verdict

RECORD = Evidence("weyl_sum", Kind.PROPERTY, Verdict.HOLDS, margin=0.5, counts={"HOLDS": 3}, recipe={"m": 1}, seed=4)


def test_evidence_says_what_it_was_made_with() -> None:
    assert RECORD.examples == 3
    assert {"python", "specbound", "numpy", "torch"} <= set(RECORD.versions)
    assert not RECORD.stale


def test_evidence_survives_as_plain_data() -> None:
    assert Evidence.from_json(RECORD.to_json()) == RECORD


@pytest.mark.parametrize("data", [{}, {"statement": "x", "kind": "guess", "verdict": "HOLDS"}, {"future": 1}])
def test_what_is_no_evidence_is_refused(data: dict) -> None:
    with pytest.raises(InvalidInput, match="not an evidence record"):
        Evidence.from_json(data)


@pytest.mark.parametrize("name", [*RECORD.to_json()])
def test_a_record_without_one_of_its_fields_is_no_record(name: str) -> None:
    data = RECORD.to_json()
    del data[name]
    with pytest.raises(InvalidInput, match="not an evidence record"):
        Evidence.from_json(data)


def test_fields_of_the_wrong_kind_are_refused() -> None:
    with pytest.raises(InvalidInput, match="counts is 'abc'"):
        Evidence.from_json({**RECORD.to_json(), "counts": "abc"})
    with pytest.raises(InvalidInput, match="'guess' is not a valid Kind"):
        Evidence.from_json({**RECORD.to_json(), "kind": "guess"})


def test_a_changed_package_or_file_makes_evidence_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theorem = tmp_path / "theorem.py"
    theorem.write_text("first")
    record = Evidence("mine", Kind.PROPERTY, Verdict.HOLDS, files=file_hashes(theorem))
    assert not record.stale
    theorem.write_text("second")
    assert record.stale
    monkeypatch.setattr(provenance, "package_hash", lambda: "another source")
    assert RECORD.stale
