import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from specbound.campaign import Cell, Grid, Record, Status, read, run
from specbound.campaign.progress import Reporter
from specbound.campaign.task import Task
from specbound.core import provenance
from specbound.core.errors import InvalidInput
from specbound.core.provenance import Source
from specbound.numeric.ops import NotAvailable
from tests.campaign import examples
from tests.campaign.examples import study
from tests.conftest import ROOT
from tests.results import QUIET


def _run(item, out: Path, **settings) -> list[Record]:
    return run(item, out, **{"workers": 1, "reporter": QUIET, **settings})


def _entries(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "squares" / "records.jsonl").read_text().splitlines()]


def _content(records: list[Record]) -> dict[str, tuple]:
    return {
        record.id: (record.prediction, record.measurement, {k: v.tolist() for k, v in record.arrays().items()})
        for record in records
    }


def test_predictions_are_on_disk_before_the_first_measurement_begins(tmp_path: Path) -> None:
    grids = {"quick": Grid({"folder": [str(tmp_path)], "number": range(6)})}
    item = study(grids=grids, predict=examples.predict_in_folder, measure=examples.counts_predictions)
    records = _run(item, tmp_path)
    assert [record.measurement["predictions"] for record in records] == [6] * 6
    kinds = [next(k for k in ("format", "prediction", "measurement") if k in entry) for entry in _entries(tmp_path)]
    assert kinds == ["format"] + ["prediction"] * 6 + ["measurement"] * 6


def test_the_same_folder_again_repeats_nothing_and_finishes_what_is_missing(tmp_path: Path) -> None:
    _run(study(range(3)), tmp_path)
    before = (tmp_path / "squares" / "records.jsonl").read_bytes()
    _run(study(range(3)), tmp_path)
    assert (tmp_path / "squares" / "records.jsonl").read_bytes() == before
    records = _run(study(range(5), seeds=2), tmp_path)
    assert [(r.parameters["number"], r.seed) for r in records] == [(n, s) for n in range(5) for s in (0, 1)]
    after = (tmp_path / "squares" / "records.jsonl").read_bytes()
    assert after.startswith(before)
    assert max(Counter(entry["cell"] for entry in _entries(tmp_path) if "measurement" in entry).values()) == 1


def test_a_changed_source_runs_anew_and_leaves_what_was_there(tmp_path: Path, monkeypatch) -> None:
    old = _run(study(range(2)), tmp_path)
    monkeypatch.setattr(provenance, "package_hash", lambda: "another source")
    out = StringIO()
    new = _run(study(range(2)), tmp_path, reporter=Reporter(Console(file=out, width=200)))
    assert "2 there from another source, stale" in out.getvalue()
    assert {record.id for record in old}.isdisjoint(record.id for record in new)
    assert [record.stale for record in read(tmp_path)] == [True, True, False, False]


def test_a_cell_that_raises_is_recorded_and_the_rest_goes_on(tmp_path: Path) -> None:
    out = StringIO()
    records = _run(study(measure=examples.raises), tmp_path, reporter=Reporter(Console(file=out, width=200)))
    assert "in raises" in records[3].traceback
    assert "records.jsonl has their tracebacks" in out.getvalue()
    assert Counter(record.status for record in records)[Status.FAILED] == 2
    assert "squares, measurement failed: number=3, seed=0: ValueError: three is not measured" in out.getvalue()
    failed = [entry["failed"] for entry in _entries(tmp_path) if "failed" in entry]
    assert "in raises" in failed[0]["traceback"]


def test_what_failed_or_was_not_available_is_tried_again(tmp_path: Path) -> None:
    _run(study(measure=examples.raises), tmp_path)
    again = _run(study(measure=examples.raises), tmp_path)
    assert [record.attempts for record in again] == [1, 1, 1, 2, 2, 2]


def test_many_failures_are_told_in_few_lines(tmp_path: Path) -> None:
    def fails(number: int, seed: int) -> dict:
        raise RuntimeError("no")

    out = StringIO()
    _run(study(range(50), measure=fails), tmp_path, reporter=Reporter(Console(file=out, width=200)))
    assert out.getvalue().count("RuntimeError") == 5
    assert "squares: 50 measurements failed; " in out.getvalue()


def test_a_prediction_that_fails_is_not_followed_by_a_measurement(tmp_path: Path) -> None:
    def predict(number: int) -> dict:
        if number == 1:
            raise ValueError("no prediction")
        return {"square": number**2}

    records = _run(study(range(3), predict=predict), tmp_path)
    assert [record.status for record in records] == [Status.MEASURED, Status.FAILED, Status.MEASURED]
    assert records[1].prediction == records[1].measurement == {}
    assert sum("measurement" in entry for entry in _entries(tmp_path)) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "required: a mapping of names to values, not empty"),
        ("None", "gave None; required: a mapping"),
        ("nan", "finds.loss is nan"),
        ("objects", r"finds.draws\[0\] is a object"),
        ("surrogate", "is no Unicode text"),
        ("huge", "an integer of thousands of digits"),
        ("array of objects", "gave an array of objects as draws"),
        ("array of a taken name", "gave an array as 'file'; required: an identifier"),
        ("array of no name", "gave an array as 1; required: an identifier"),
        ("masked array", "finds.draws is a MaskedArray"),
    ],
)
def test_findings_that_cannot_be_stored_fail_by_name_and_the_rest_goes_on(tmp_path: Path, name, message: str) -> None:
    grids = {"quick": Grid({"name": [name, "squares"], "number": [2]})}
    item = study(grids=grids, predict=examples.predict_in_any_case, measure=examples.finds)
    failed, measured = _run(item, tmp_path)
    assert (failed.status, measured.status) == (Status.FAILED, Status.MEASURED)
    assert re.search(message, str(failed.error))


def test_a_prediction_holds_no_arrays(tmp_path: Path) -> None:
    (record,) = _run(study([1], predict=examples.predicts_an_array), tmp_path)
    assert "square is a ndarray; required: numbers" in str(record.error)


@pytest.mark.parametrize("workers", [1, 2])
def test_whatever_a_cell_raises_is_recorded_and_told_in_a_line(tmp_path: Path, workers: int) -> None:
    out = StringIO()
    grids = {"quick": Grid({"name": [*examples.ERRORS, "none"], "number": [2]})}
    item = study(grids=grids, predict=examples.predict_in_any_case, measure=examples.raises_strangely)
    records = _run(item, tmp_path, workers=workers, reporter=Reporter(Console(file=out, width=1_000)))
    assert [record.status for record in records] == [Status.FAILED] * 4 + [Status.MEASURED]
    assert records[0].error == r"ValueError: caf\udce9.txt"
    assert records[1].error == "Unspeakable: its message cannot be shown"
    told = [line for line in out.getvalue().splitlines() if " failed: " in line]
    assert len(told) == 4
    assert all(line.isprintable() and len(line) < 400 for line in told)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_cell_does_to_its_arguments_reaches_nobody(tmp_path: Path, workers: int) -> None:
    grids = {"quick": Grid({"numbers": [[1, 2]]}, seeds=3)}
    both = examples.changes_its_arguments
    records = _run(study(grids=grids, predict=both, measure=both), tmp_path, workers=workers)
    assert [record.prediction["length"] for record in records] == [3, 3, 3]
    assert [record.measurement["length"] for record in records] == [3, 3, 3]
    assert [record.parameters["numbers"] for record in records] == [[1, 2]] * 3


def test_a_cell_whose_arrays_are_gone_is_run_again(tmp_path: Path) -> None:
    before = _run(study(range(2)), tmp_path)
    (tmp_path / "squares" / "arrays" / f"{before[1].id}.npz").unlink()
    after = _run(study(range(2)), tmp_path)
    assert [record.attempts for record in after] == [1, 2]
    assert _content(after)[before[0].id] == _content(before[:1])[before[0].id]


def test_workers_change_nothing_but_the_time(tmp_path: Path) -> None:
    alone = _run(study(range(12)), tmp_path / "alone")
    together = _run(study(range(12)), tmp_path / "together", workers=2)
    assert _content(alone) == _content(together)
    assert [record.id for record in alone] == [record.id for record in together]


def test_workers_share_the_cores_whatever_the_environment_says(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    records = _run(study(range(2), measure=examples.tells_threads), tmp_path, workers=2)
    threads = records[0].run["threads"]
    assert threads >= 1
    assert [record.measurement["threads"] for record in records] == [threads, threads]
    assert [record.measurement["variable"] for record in records] == [str(threads), str(threads)]


def test_a_worker_keeps_what_its_cells_share(tmp_path: Path) -> None:
    records = _run(study(range(1, 9), measure=examples.keeps_much), tmp_path, workers=2)
    assert len({record.measurement["process"] for record in records}) == 2


def test_a_cell_that_ends_its_process_is_found_and_the_rest_goes_on(tmp_path: Path) -> None:
    records = _run(study(measure=examples.ends_its_process), tmp_path, workers=2)
    assert [record.status for record in records] == [Status.MEASURED] * 3 + [Status.FAILED] + [Status.MEASURED] * 2
    assert "SIGSEGV" in str(records[3].error)
    assert [record.attempts for record in records] == [1] * 6


def test_processes_that_end_once_cost_no_cell(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    grids = {"quick": Grid({"number": range(6), "marks": [str(marks)]})}
    item = study(grids=grids, predict=examples.predict_for_marks, measure=examples.ends_its_process_once)
    records = _run(item, tmp_path / "out", workers=2)
    assert [record.status for record in records] == [Status.MEASURED] * 6
    assert len(list(marks.iterdir())) == 3


LAB = "def predict(number, seed):\n    return {'x': 1}\n\n\ndef measure(number, seed):\n    return {'x': 1}\n"
STUDY = (
    "import lab; from specbound.campaign import Grid, Study, run\n"
    "def study():\n"
    "    grids = {'quick': Grid({'number': [1, 2]})}\n"
    "    return Study('lab', grids, lab.predict, lab.measure, surprises=lambda _: [])\n"
)


def _program(folder: Path, code: str) -> str:
    (folder / "lab.py").write_text(LAB)
    command = [sys.executable, "-c", STUDY + code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stderr.splitlines()[-1]


def test_source_that_changes_before_the_workers_begin_ends_a_run(tmp_path: Path) -> None:
    told = _program(
        tmp_path,
        "begin = Study.cells\n"
        "def changed(*given):\n"
        "    open('lab.py', 'a').write('# changed')\n"
        "    return begin(*given)\n"
        "Study.cells = changed\n"
        "run(study(), 'out', workers=2)\n",
    )
    assert "a worker found another source than the run began with" in told


def test_a_process_that_imported_an_earlier_version_is_refused(tmp_path: Path) -> None:
    edit = "open('lab.py', 'a').write('# changed')\n"
    for more in ("run(s, 'out', workers=2)\n", "run(study(), 'out', workers=1)\n"):
        told = _program(tmp_path, "s = study()\nrun(s, 'out', workers=2)\n" + edit + more)
        assert "lab.py has changed since this process imported it, and still runs as it was" in told


def test_a_study_that_the_workers_cannot_import_is_refused(tmp_path: Path) -> None:
    told = _program(
        tmp_path,
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('hidden_lab', 'lab.py')\n"
        "lab = importlib.util.module_from_spec(spec); sys.modules['hidden_lab'] = lab; spec.loader.exec_module(lab)\n"
        "run(study(), 'out', workers=2)\n",
    )
    assert "the workers cannot import hidden_lab" in told


def test_workers_with_other_versions_are_refused() -> None:
    task = Task(examples.measure, Source(), 1, versions={"numpy": "0.1"})
    with pytest.raises(InvalidInput, match=r"a worker has numpy .*, the run began with 0\.1"):
        task(Cell("c", {"number": 1}, 0))


@pytest.mark.parametrize("target", ["driver", "group"])
def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path: Path, target: str) -> None:
    code = (
        "from pathlib import Path; from specbound.campaign import run\n"
        "from tests.campaign.examples import slowly, study\n"
        f"run(study(range(40), measure=slowly), Path({str(tmp_path)!r}), workers=2)"
    )
    program = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE)
    _wait_until(lambda: sum("measurement" in entry for entry in _whole_entries(tmp_path)) >= 5)
    (os.kill if target == "driver" else os.killpg)(program.pid, signal.SIGKILL)
    program.communicate(timeout=60)  # which waits for the workers too: they end with their driver
    finished = {entry["cell"] for entry in _whole_entries(tmp_path) if "measurement" in entry}
    assert 5 <= len(finished) < 40
    records = _run(study(range(40), measure=examples.slowly), tmp_path, workers=2)
    assert all(record.status is Status.MEASURED for record in records)
    assert set(Counter(entry["cell"] for entry in _entries(tmp_path) if "measurement" in entry).values()) == {1}
    assert _content(records) == _content(_run(study(range(40), measure=examples.slowly), tmp_path / "undisturbed"))


def _whole_entries(out: Path) -> list[dict]:
    path = out / "squares" / "records.jsonl"
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [json.loads(line) for line in lines]


def _wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_settings_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="workers = 2 with a scheduler"):
        _run(study(), tmp_path, workers=2, scheduler="tcp://127.0.0.1:1")
    with pytest.raises(InvalidInput, match="workers = 0; required: at least 1"):
        _run(study(), tmp_path, workers=0)
    assert not list(tmp_path.iterdir())


def test_another_device_has_one_worker_unless_told_otherwise(tmp_path: Path) -> None:
    (record, *_) = _run(study(), tmp_path, workers=None, device="meta")
    assert (record.run["workers"], record.run["device"]) == (1, "meta")


def test_a_device_that_is_not_here_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="device 'cuda:99' cannot be used here"):
        _run(study(), tmp_path, device="cuda:99")
    assert _run(study(), tmp_path)


def test_without_distributed_a_cluster_is_not_available(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NotAvailable, match=r"pip install 'specbound\[cluster\]'"):
        _run(study(), tmp_path, workers=None, scheduler="tcp://127.0.0.1:1")
