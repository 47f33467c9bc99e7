import json
from pathlib import Path

import numpy as np
import pytest

from specbound.campaign import Status, read, run, table
from specbound.campaign.reading import newest
from specbound.core import provenance
from specbound.core.errors import InvalidInput
from specbound.numeric.ops import NotAvailable
from tests.campaign.examples import raises, study
from tests.results import QUIET


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run(study(measure=raises), tmp_path, workers=1, reporter=QUIET)
    return tmp_path


def _edit(folder: Path, change) -> None:
    path = folder / "squares" / "records.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(line) + "\n" for line in change(lines)))


def test_every_cell_is_there_with_what_came_of_it(folder: Path) -> None:
    records = read(folder)
    assert [record.parameters["number"] for record in records] == [0, 1, 2, 3, 4, 5]
    assert [record.status for record in records] == 3 * [Status.MEASURED] + 2 * [Status.FAILED] + [Status.NOT_AVAILABLE]
    assert [record.prediction["square"] for record in records] == [0, 1, 4, 9, 16, 25]
    assert [record.measurement.get("square") for record in records] == [0, 1, 4, None, None, None]
    assert records[3].error == "ValueError: three is not measured"
    assert repr(records[3]) == "<Record of squares: number=3, seed=0: failed>"
    assert records[4].error == "SystemExit: four leaves"
    assert records[5].error == "five needs a library"
    assert all(not record.stale and record.attempts == 1 for record in records)


def test_arrays_come_back(folder: Path) -> None:
    records = read(folder, "squares")
    expected = np.random.default_rng([2, 0]).standard_normal(3)
    assert records[2].arrays()["draws"].tolist() == expected.tolist()
    assert records[3].arrays() == {}


def test_a_run_says_what_it_was_made_with(folder: Path) -> None:
    header = read(folder)[0].run
    assert header["study"] == "squares"
    assert header["budget"] == "quick"
    assert header["seeds"] == [0]
    assert {"python", "numpy", "torch", "joblib"} <= set(header["versions"])
    assert {"system", "processor", "cores", "device"} == set(header["machine"])
    assert "tests/campaign/examples.py" in header["files"]
    assert header["commit"] is None or len(header["commit"].partition(",")[0]) == 40


def test_the_table_marks_what_failed_and_what_is_stale_and_drops_nothing(folder: Path, monkeypatch) -> None:
    pytest.importorskip("pandas")
    first = table(folder)
    assert list(first.columns) == [
        *("study", "cell", "number", "seed", "status", "stale"),
        *("prediction.square", "measurement.square", "measurement.sum"),
        *("error", "attempts", "seconds", "run", "source"),
    ]
    assert first["status"].tolist() == ["measured"] * 3 + ["failed"] * 2 + ["not available"]
    assert not first["stale"].any()
    monkeypatch.setattr(provenance, "package_hash", lambda: "another source")
    run(study(range(2)), folder, workers=1, reporter=QUIET)
    both = table(folder, "squares")
    assert both["stale"].tolist() == [True] * 6 + [False] * 2
    assert both["source"].nunique() == 2
    assert both["cell"].is_unique


def test_without_pandas_a_table_is_not_available(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(NotAvailable, match=r"pip install 'specbound\[tables\]'"):
        table(folder)


def test_a_cell_that_was_only_predicted_is_there_too(folder: Path) -> None:
    _edit(folder, lambda lines: [line for line in lines if "measurement" not in line])
    assert [record.status for record in read(folder)][:3] == 3 * [Status.PREDICTED]


def test_a_measurement_before_its_prediction_is_refused(folder: Path) -> None:
    def swap(lines: list[dict]) -> list[dict]:
        return [lines[0], *sorted(lines[1:], key=lambda line: "prediction" in line)]

    _edit(folder, swap)
    with pytest.raises(InvalidInput, match="was measured before it was predicted"):
        read(folder)


def test_a_line_without_its_header_is_refused(folder: Path) -> None:
    _edit(folder, lambda lines: [lines[0], {**lines[1], "run": "unknown"}, *lines[2:]])
    with pytest.raises(InvalidInput, match="line 2 belongs to a run without a header"):
        read(folder)


def test_folders_without_results_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no results; give a folder"):
        read(tmp_path / "absent")
    with pytest.raises(InvalidInput, match="holds no results of 'cubes'; it holds those of squares"):
        read(folder, "cubes")


def test_the_newest_results_are_the_last_by_name(tmp_path: Path) -> None:
    assert newest(tmp_path) is None
    for name in ("2026-02-01", "2026-10-01", "2026-09-01"):
        run(study(range(1)), tmp_path / name, workers=1, reporter=QUIET)
    assert newest(tmp_path) == tmp_path / "2026-10-01"
