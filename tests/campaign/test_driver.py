import json
import os
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

from specbound.campaign import Grid, Record, Status, read, run
from specbound.campaign.progress import Reporter
from specbound.core import provenance
from specbound.core.errors import InvalidInput
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
    seen: list[int] = []

    def looks(number: int, seed: int) -> dict:
        seen.append(sum("prediction" in entry for entry in _entries(tmp_path)))
        return {"square": number**2}

    _run(study(measure=looks), tmp_path)
    assert seen == [6] * 6
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
    new = _run(study(range(2)), tmp_path)
    assert {record.id for record in old}.isdisjoint(record.id for record in new)
    assert [record.stale for record in read(tmp_path)] == [True, True, False, False]


def test_a_cell_that_raises_is_recorded_and_the_rest_goes_on(tmp_path: Path) -> None:
    out = StringIO()
    records = _run(study(measure=examples.raises), tmp_path, reporter=Reporter(Console(file=out, width=200)))
    assert Counter(record.status for record in records)[Status.FAILED] == 2
    assert "squares, measurement failed: number=3, seed=0: ValueError: three is not measured" in out.getvalue()
    failed = [entry["failed"] for entry in _entries(tmp_path) if "failed" in entry]
    assert "in raises" in failed[0]["traceback"]


def test_what_failed_is_tried_again_and_what_is_not_available_only_with_other_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(study(measure=examples.raises), tmp_path)
    again = _run(study(measure=examples.raises), tmp_path)
    assert [record.attempts for record in again] == [1, 1, 1, 2, 2, 1]
    versions = provenance.versions
    for module in ("driver", "header"):
        monkeypatch.setattr(f"specbound.campaign.{module}.versions", lambda: {**versions(), "library": "2.0"})
    again = _run(study(measure=examples.raises), tmp_path)
    assert [record.attempts for record in again] == [1, 1, 1, 3, 3, 2]


def test_many_failures_are_told_in_few_lines(tmp_path: Path) -> None:
    def fails(number: int, seed: int) -> dict:
        raise RuntimeError("no")

    out = StringIO()
    _run(study(range(50), measure=fails), tmp_path, reporter=Reporter(Console(file=out, width=200)))
    assert out.getvalue().count("RuntimeError") == 5
    assert "squares: 50 measurements failed; the records in" in out.getvalue()


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
    ("found", "message"),
    [
        ({}, "required: a mapping of names to values, not empty"),
        (None, "gave None; required: a mapping"),
        ({"loss": float("nan")}, "loss is nan"),
        ({"draws": [object()]}, r"draws\[0\] is a object"),
    ],
)
def test_findings_that_cannot_be_stored_fail_by_name(tmp_path: Path, found, message: str) -> None:
    def finds(number: int, seed: int) -> dict:
        return found

    def predicts(number: int) -> dict:
        return found

    for number, item in enumerate([study([1], measure=finds), study([1], predict=predicts)]):
        (record,) = _run(item, tmp_path / str(number))
        assert record.status is Status.FAILED
        with pytest.raises(InvalidInput, match=message):
            raise InvalidInput(str(record.error))


def test_arrays_belong_to_measurements_and_hold_numbers(tmp_path: Path) -> None:
    import numpy as np

    def predicts(number: int) -> dict:
        return {"square": np.ones(2)}

    def objects(number: int, seed: int) -> dict:
        return {"square": np.array([None])}

    (record,) = _run(study([1], predict=predicts), tmp_path / "a")
    assert "square is a ndarray; required: numbers" in str(record.error)
    (record,) = _run(study([1], measure=objects), tmp_path / "b")
    assert "gave an array of objects as square" in str(record.error)


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


def test_source_that_changes_during_a_run_ends_it(tmp_path: Path) -> None:
    code = tmp_path / "lab.py"
    code.write_text(
        "def predict(number, seed):\n    return {'x': 1}\n\ndef measure(number, seed):\n    return {'x': 1}\n"
    )
    program = (
        "import sys; from pathlib import Path; from dataclasses import replace\n"
        "import lab; from specbound.campaign import Grid, Study, run\n"
        "from specbound.core.provenance import Source\n"
        "s = Study('lab', {'quick': Grid({'number': [1, 2]})}, lab.predict, lab.measure, surprises=lambda _: [])\n"
        "source = s.source\n"
        "def changed(self):\n"
        "    found = source()\n"
        "    Path('lab.py').write_text(Path('lab.py').read_text() + '# changed')\n"
        "    return found\n"
        "Study.source = changed\n"
        "run(s, Path('out'), workers=2)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "a worker found another source than the run began with" in done.stderr.splitlines()[-1]


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


def test_without_distributed_a_cluster_is_not_available(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NotAvailable, match=r"pip install 'specbound\[cluster\]'"):
        _run(study(), tmp_path, workers=None, scheduler="tcp://127.0.0.1:1")
