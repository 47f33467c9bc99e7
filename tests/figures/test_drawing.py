"""Drawing what can be drawn, telling what cannot, and leaving whole what is there."""

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from figures.__main__ import main
from figures.drawing import draw_all
from specbound.core import provenance
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence, Kind
from specbound.core.verdict import Verdict
from tests.conftest import ROOT
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


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_results_give_the_same_bytes_and_others_do_not(tmp_path: Path) -> None:
    for place, tightness in (("1", 0.5), ("2", 0.5), ("3", None)):
        draw_all(_results(tmp_path / str(tightness), tightness), tmp_path / place)
    one, two, other = (_bytes(tmp_path / place) for place in "123")
    assert one == two
    assert len(one) == 7
    assert all(one[name] != other[name] for name in one)
    assert "weyl_sum,search,,0.9\n" in one["tightness.csv"].decode()
    assert "equality" not in one["tightness.csv"].decode()


def test_a_folder_without_results_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InvalidInput, match="holds no results"):
        draw_all(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert main([str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.startswith(f"figures: {tmp_path} holds no results")


def _changed(folder: Path, study: str, change: Callable[[list[str]], list[str]]) -> None:
    log = folder / study / "records.jsonl"
    log.write_text("\n".join(change(log.read_text().splitlines())) + "\n")


def _without_lower(lines: list[str]) -> list[str]:
    entries: list[dict[str, Any]] = [json.loads(line) for line in lines]
    for entry in entries:
        entry.get("measurement", {}).pop("lower", None)
    return [json.dumps(entry) for entry in entries]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda lines: [*lines[:3], "{half", *lines[3:]], "line 4 is no record"),
        (lambda lines: lines[:1], "has nothing of windows that was measured; the figure would be empty"),
        (_without_lower, "windows's records are not what it reads: KeyError: 'lower'"),
    ],
    ids=["broken", "empty", "of another kind"],
)
def test_a_figure_that_cannot_be_drawn_is_told_and_costs_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[list[str]], list[str]], reason: str
) -> None:
    results, out = tmp_path / "results", tmp_path / "out"
    shutil.copytree(RECORDS / "windows", results / "windows")
    _changed(results, "windows", change)
    _results(results, 0.5)
    assert main([str(results), "--out", str(out)]) == 2
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        str(out / name)
        for name in (
            "tightness.png",
            "tightness.pdf",
            "tightness_column.png",
            "tightness_column.pdf",
            "tightness.csv",
            "tightness.tex",
            "index.json",
        )
    ]
    (line,) = printed.err.splitlines()
    assert line.startswith("not drawn: slowdown_windows: ")
    assert reason in line
    index = json.loads((out / "index.json").read_text())
    assert [figure["name"] for figure in index["figures"]] == ["tightness"]
    assert line == f"not drawn: slowdown_windows: {index['not drawn']['slowdown_windows']}"
    assert len(index["not drawn"]) == 1


def test_a_full_disk_leaves_the_old_files_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    draw_all(_results(tmp_path / "a", 0.5), out)
    before = _bytes(out)
    opened = provenance.os.fdopen
    left = [20_000]

    class Full:
        """A stream to a disk with little room left."""

        def __init__(self, descriptor: int, mode: str) -> None:
            self.stream = opened(descriptor, mode)

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_: object) -> None:
            self.stream.close()

        def write(self, data: memoryview) -> None:
            self.stream.write(data[: left[0]])
            left[0] -= len(data)
            if left[0] < 0:
                raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(provenance.os, "fdopen", Full)
    assert main([str(_results(tmp_path / "b", None)), "--out", str(out)]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert left[0] < 0
    assert _bytes(out) == before
