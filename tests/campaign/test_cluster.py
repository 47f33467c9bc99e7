"""The same campaigns on a Dask cluster of this machine."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("distributed")

from distributed import LocalCluster

from specbound.campaign import Record, Status, read, run
from specbound.core.errors import InvalidInput
from tests.campaign import examples
from tests.campaign.examples import study
from tests.conftest import ROOT
from tests.results import QUIET


def _cluster(workers: int, threads: int = 1) -> LocalCluster:
    return LocalCluster(n_workers=workers, threads_per_worker=threads, dashboard_address=":0", silence_logs=50)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with _cluster(4) as cluster:
        yield cluster.scheduler_address


def _content(records: list[Record]) -> list[tuple]:
    return [
        (
            r.id,
            r.parameters,
            r.seed,
            r.status,
            r.prediction,
            r.measurement,
            {k: v.tobytes() for k, v in r.arrays().items()},
        )
        for r in records
    ]


def test_a_cluster_gives_the_same_records(address: str, tmp_path: Path) -> None:
    item = study(range(40), seeds=2, measure=examples.raises)
    there = run(item, tmp_path / "there", scheduler=address, reporter=QUIET)
    here = run(item, tmp_path / "here", workers=2, reporter=QUIET)
    assert len(there) == 80
    assert _content(there) == _content(here)
    assert (there[0].run["workers"], there[0].run["threads"]) == (None, 1)


def test_a_cluster_goes_on_where_this_machine_was(address: str, tmp_path: Path) -> None:
    run(study(range(3)), tmp_path, workers=1, reporter=QUIET)
    records = run(study(range(6)), tmp_path, scheduler=address, reporter=QUIET)
    assert [record.attempts for record in records] == [1] * 6


def test_a_cell_that_ends_its_process_is_found_and_the_rest_goes_on(address: str, tmp_path: Path) -> None:
    records = run(study(measure=examples.ends_its_process), tmp_path, scheduler=address, reporter=QUIET)
    assert [record.status for record in records] == [Status.MEASURED] * 3 + [Status.FAILED] + [Status.MEASURED] * 2
    assert str(records[3].error).startswith("KilledWorker: ")


def test_workers_that_cannot_import_the_study_are_told_apart_from_cells_that_fail(address: str, tmp_path: Path) -> None:
    (tmp_path / "lab_of_mine.py").write_text("def predict(number, seed):\n    return {'x': 1}\n\n\nmeasure = predict\n")
    program = (
        "import lab_of_mine as lab; from pathlib import Path; from specbound.campaign import Grid, Study, run\n"
        "study = Study('lab', {'quick': Grid({'number': [1]})}, lab.predict, lab.measure, surprises=lambda _: [])\n"
        f"run(study, Path('out'), scheduler={address!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    told = done.stderr.splitlines()[-1]
    assert "at tcp://127.0.0.1:" in told
    assert "a worker cannot import lab_of_mine (ModuleNotFoundError: No module named 'lab_of_mine')" in told
    assert "give it the same checkout" in told


def test_workers_that_imported_an_earlier_version_are_refused(address: str, tmp_path: Path) -> None:
    (tmp_path / "lab_of_old.py").write_text("def predict(number, seed):\n    return {'x': 1}\n\n\nmeasure = predict\n")
    program = (
        "import lab_of_old as lab\n"
        "from distributed import Client; from specbound.campaign import Grid, Study, run\n"
        f"find = lambda: __import__('sys').path.insert(0, {str(tmp_path)!r})\n"
        f"client = Client({address!r}); client.run_on_scheduler(find); client.run(find); client.close()\n"
        "grids = {'quick': Grid({'number': range(40)})}\n"
        "study = Study('lab', grids, lab.predict, lab.measure, surprises=lambda _: [])\n"
        f"run(study, 'out', scheduler={address!r})\n"
    )
    told: list[str] = []
    for _ in range(2):
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        told.append(done.stderr.splitlines()[-1])
        with (tmp_path / "lab_of_old.py").open("a") as stream:
            stream.write("# changed\n")
    assert "measurements: 40 of 40" in told[0]
    assert "lab_of_old.py has changed since this process imported it" in told[1]


@pytest.mark.parametrize("unreachable", ["tcp://127.0.0.1:1", "nonsense", "127.0.0.1:99999", "http://127.0.0.1:80", ""])
def test_a_scheduler_that_does_not_answer_is_told_before_anything_is_written(unreachable: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no scheduler answers at .* start one with `dask scheduler`"):
        run(study(), tmp_path / "out", scheduler=unreachable, reporter=QUIET)
    assert not (tmp_path / "out").exists()


def test_workers_that_run_several_cells_in_one_process_are_refused(tmp_path: Path) -> None:
    with _cluster(1, threads=3) as cluster, pytest.raises(InvalidInput, match="3 cells at a time in one process"):
        run(study(), tmp_path, scheduler=cluster.scheduler_address, reporter=QUIET)


def test_a_cluster_without_workers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specbound.campaign.cluster.SECONDS_TO_ANSWER", 0.5)
    with _cluster(0) as cluster, pytest.raises(InvalidInput, match="has no workers; start some with `dask worker`"):
        run(study(), tmp_path, scheduler=cluster.scheduler_address, reporter=QUIET)


def test_a_scheduler_that_is_lost_on_the_way_loses_no_record(tmp_path: Path) -> None:
    program = (
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    c = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=':0')\n"
        "    print(c.scheduler_address, flush=True); input()\n"
    )
    (tmp_path / "cluster.py").write_text(program)
    command = [sys.executable, str(tmp_path / "cluster.py")]
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    threading.Thread(target=_kill_once_five_are_measured, args=(process, tmp_path / "out")).start()
    item = study(range(400), measure=examples.slowly)
    with pytest.raises(InvalidInput, match="was lost; what is stored stays, start again"):
        run(item, tmp_path / "out", scheduler=address, reporter=QUIET)
    process.communicate()
    stored = [record for record in read(tmp_path / "out") if record.status is Status.MEASURED]
    assert 5 <= len(stored) < 400


def _kill_once_five_are_measured(process: subprocess.Popen, out: Path) -> None:
    path = out / "squares" / "records.jsonl"
    while not path.exists() or path.read_text().count('"measurement"') < 5:
        time.sleep(0.02)
    process.kill()
