import json
from pathlib import Path

import pytest

from figures.loading import load
from figures.tightness import draw
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence, Kind, write_evidence
from specbound.core.verdict import Verdict
from tests.conftest import ROOT, run_module


def _results(folder: Path, tightness: float | None) -> Path:
    measured = {"chain": "MiniLM", "random": False, "tuples": [{"matrices": ["a"], "tightness": tightness}]}
    records = [
        Evidence("weyl_sum", Kind.MEASURED, Verdict.HOLDS, details=measured, counts={"HOLDS": 1}),
        Evidence("weyl_sum", Kind.MEASURED, Verdict.HOLDS, details={**measured, "random": True}, counts={"HOLDS": 1}),
        Evidence("equality", Kind.MEASURED, Verdict.CONSISTENT, details=measured, counts={"CONSISTENT": 1}),
        Evidence("weyl_sum", Kind.ADVERSARIAL, Verdict.HOLDS, tightness=0.9),
    ]
    folder.mkdir(exist_ok=True)
    write_evidence(folder / "evidence.jsonl", records)
    return folder


def test_the_same_results_give_the_same_bytes_and_others_do_not(tmp_path: Path) -> None:
    one = [path.read_bytes() for path in draw(_results(tmp_path / "a", 0.5), tmp_path / "1")]
    two = [path.read_bytes() for path in draw(_results(tmp_path / "a", 0.5), tmp_path / "2")]
    other = [path.read_bytes() for path in draw(_results(tmp_path / "b", None), tmp_path / "3")]
    assert one == two
    assert one[0] != other[0]


def test_a_figure_carries_the_hash_of_its_results(tmp_path: Path) -> None:
    results = _results(tmp_path / "a", 0.5)
    _, source = load(results)
    png, pdf = draw(results, tmp_path / "out")
    assert source.encode() in png.read_bytes()
    assert source.encode() in pdf.read_bytes()


def test_results_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no evidence"):
        load(tmp_path)
    (tmp_path / "evidence.jsonl").write_text(json.dumps({"statement": "x"}) + "\n{half")
    with pytest.raises(InvalidInput, match="line 2"):
        load(tmp_path)
    done = run_module("figures", str(tmp_path), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr.startswith("figures: ")


def test_an_empty_figure_is_not_drawn(tmp_path: Path) -> None:
    (tmp_path / "evidence.jsonl").write_text("")
    with pytest.raises(InvalidInput, match="the figure would be empty"):
        draw(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_committed_figure_is_drawn_from_the_committed_record(tmp_path: Path) -> None:
    _, source = load(ROOT / "verify" / "records" / "statements")
    assert source.encode() in (ROOT / "figures" / "out" / "tightness.png").read_bytes()
