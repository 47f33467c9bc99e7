import json
from pathlib import Path

import pytest

from specbound.core import evidence as module
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence, Kind, file_hashes, read_evidence, write_atomically, write_evidence
from specbound.core.verdict import Verdict

RECORD = Evidence("weyl_sum", Kind.PROPERTY, Verdict.HOLDS, margin=0.5, counts={"HOLDS": 3}, recipe={"m": 1}, seed=4)


def test_evidence_survives_the_file(tmp_path: Path) -> None:
    other = Evidence("x", Kind.MEASURED, Verdict.UNDECIDED, details={"tuples": [{"tightness": None}]})
    write_evidence(tmp_path / "evidence.jsonl", [RECORD, other])
    assert read_evidence(tmp_path / "evidence.jsonl") == [RECORD, other]
    assert [path.name for path in tmp_path.iterdir()] == ["evidence.jsonl"]


def test_evidence_says_what_it_was_made_with() -> None:
    assert RECORD.examples == 3
    assert {"python", "specbound", "numpy", "torch"} <= set(RECORD.versions)
    assert not RECORD.stale


@pytest.mark.parametrize(
    "line", ["not json", "{}", '{"statement": "x", "kind": "guess", "verdict": "HOLDS"}', json.dumps({"future": 1})]
)
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "evidence.jsonl"
    path.write_text(json.dumps(RECORD.to_json()) + "\n" + line + "\n")
    with pytest.raises(InvalidInput, match="line 2"):
        read_evidence(path)


@pytest.mark.parametrize("name", [*RECORD.to_json()])
def test_a_record_without_one_of_its_fields_is_no_record(name: str) -> None:
    data = RECORD.to_json()
    del data[name]
    with pytest.raises(InvalidInput, match="not an evidence record"):
        Evidence.from_json(data)


def test_fields_of_the_wrong_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="counts is 'abc'"):
        Evidence.from_json({**RECORD.to_json(), "counts": "abc"})
    (tmp_path / "evidence.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match="no text file"):
        read_evidence(tmp_path / "evidence.jsonl")


def test_a_changed_package_makes_evidence_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "package_hash", lambda: "another source")
    assert RECORD.stale


def test_a_changed_or_missing_file_makes_evidence_stale(tmp_path: Path) -> None:
    theorem = tmp_path / "theorem.py"
    theorem.write_text("first")
    record = Evidence("mine", Kind.PROPERTY, Verdict.HOLDS, files=file_hashes(theorem))
    assert not record.stale
    theorem.write_text("second")
    assert record.stale
    theorem.unlink()
    assert record.stale


def test_the_package_hash_covers_every_source_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    (tmp_path / "a.py").write_text("1")
    seen = {module.package_hash.__wrapped__()}
    (tmp_path / "a.py").write_text("2")
    seen.add(module.package_hash.__wrapped__())
    (tmp_path / "b.py").write_text("")
    seen.add(module.package_hash.__wrapped__())
    assert len(seen) == 3


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    path.write_text("before")
    with pytest.raises(ValueError, match="Out of range"):
        write_evidence(path, [RECORD, Evidence("x", Kind.PROPERTY, Verdict.HOLDS, margin=float("nan"))])
    with pytest.raises(TypeError):
        write_atomically(path, 1)  # pyright: ignore[reportArgumentType]
    assert path.read_text() == "before"
    assert [item.name for item in tmp_path.iterdir()] == ["evidence.jsonl"]
