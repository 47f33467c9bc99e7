from pathlib import Path

import pytest

from figures.drawing import draw_all
from figures.loading import load
from figures.tightness import draw
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence, Kind
from specbound.core.verdict import Verdict
from tests.conftest import ROOT, run_module
from tests.results import store_evidence

RECORDS = ROOT / "verify" / "records" / "quick"


def _results(folder: Path, tightness: float | None) -> Path:
    measured = {"chain": "MiniLM", "random": False, "tuples": [{"matrices": ["a"], "tightness": tightness}]}
    records = [
        Evidence("weyl_sum", Kind.MEASURED, Verdict.HOLDS, details=measured, counts={"HOLDS": 1}),
        Evidence("weyl_sum", Kind.MEASURED, Verdict.HOLDS, details={**measured, "random": True}, counts={"HOLDS": 1}),
        Evidence("equality", Kind.MEASURED, Verdict.CONSISTENT, details=measured, counts={"CONSISTENT": 1}),
        Evidence("weyl_sum", Kind.ADVERSARIAL, Verdict.HOLDS, tightness=0.9),
    ]
    return store_evidence(folder, records)


def test_the_same_results_give_the_same_bytes_and_others_do_not(tmp_path: Path) -> None:
    one = [path.read_bytes() for path in draw_all(_results(tmp_path / "a", 0.5), tmp_path / "1")]
    two = [path.read_bytes() for path in draw_all(_results(tmp_path / "a", 0.5), tmp_path / "2")]
    other = [path.read_bytes() for path in draw_all(_results(tmp_path / "b", None), tmp_path / "3")]
    assert one == two
    assert one[0] != other[0]


def test_a_figure_carries_the_hash_of_its_results(tmp_path: Path) -> None:
    results = _results(tmp_path / "a", 0.5)
    _, source = load(results, "statements")
    png, pdf = draw(results, tmp_path / "out")
    assert source.encode() in png.read_bytes()
    assert source.encode() in pdf.read_bytes()


def test_results_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no results"):
        load(tmp_path, "statements")
    results = _results(tmp_path / "a", 0.5)
    with pytest.raises(InvalidInput, match="holds no results of 'curvature'; it holds those of statements"):
        load(results, "curvature")
    with (results / "statements" / "records.jsonl").open("a") as stream:
        stream.write("{half\n")
    done = run_module("figures", str(results), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr.startswith("figures: ")
    assert "line 4 is no record" in done.stderr


def test_an_empty_figure_is_not_drawn(tmp_path: Path) -> None:
    results = store_evidence(tmp_path / "a", [])
    with pytest.raises(InvalidInput, match="the figure would be empty"):
        draw_all(results, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_committed_figure_is_drawn_from_the_committed_record() -> None:
    _, source = load(RECORDS, "statements")
    assert source.encode() in (ROOT / "figures" / "out" / "tightness.png").read_bytes()
