"""What a campaign takes beside its cells, what it survives, and whether a cluster changes what it finds."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

from specbound.campaign import Record, Status, read
from specbound.campaign import run as run_study
from specbound.campaign.log import FILE
from verify.bench.cells import SECONDS, WORKERS, study
from verify.studies import studies

ROUNDS, KILLS, SEED = 3, 20, 0
BETWEEN_KILLS = (0.2, 2.5)
"""Seconds, drawn evenly."""


def run() -> Iterator[str]:
    """A line a number."""
    with tempfile.TemporaryDirectory() as folder:
        yield _overhead(Path(folder))
        yield _kills(Path(folder), Path(folder) / "0")
        yield from _cluster(Path(folder), Path(folder) / "0")


def _overhead(folder: Path) -> str:
    lost: list[float] = []
    for number in range(ROUNDS):
        start = time.perf_counter()
        cells = len(run_study(study, folder / str(number), "large", workers=WORKERS))
        lost.append((time.perf_counter() - start) / (cells * SECONDS / WORKERS) - 1)
    return (
        f"campaign of 1,000 cells of {SECONDS * 1e3:.0f} ms on {WORKERS} workers: median overhead {median(lost):.1%}, "
        f"{min(lost):.1%} to {max(lost):.1%} in {ROUNDS} runs"
    )


def _kills(folder: Path, undisturbed: Path) -> str:
    """One campaign, killed again and again: every cell has to be there once, as in an undisturbed run."""
    generator = random.Random(SEED)
    out = folder / "killed"
    killed: Counter[str] = Counter()
    driver = _driver(out)
    while killed.total() < KILLS:
        time.sleep(generator.uniform(*BETWEEN_KILLS))
        if driver.poll() is not None:
            break
        workers = _workers_of(driver)
        target = generator.choice(["driver", "worker"])
        if target == "worker" and workers:
            os.kill(generator.choice(workers), signal.SIGKILL)
            killed["worker"] += 1
        else:
            driver.send_signal(signal.SIGKILL)
            driver.wait()
            killed["driver"] += 1
            driver = _driver(out)
    driver.wait()
    written = (out / study.name / FILE).read_text().splitlines()
    entries = [json.loads(line) for line in written]
    doubled = sum(
        number - 1
        for key in ("prediction", "measurement")
        for number in Counter(entry["cell"] for entry in entries if key in entry).values()
    )
    found, expected = _content(read(out)), _content(read(undisturbed))
    failed = sum("failed" in entry for entry in entries)
    half = len(list((out / study.name / "arrays").glob(".*")))
    return (
        f"killed {killed['driver']} times the driver and {killed['worker']} times a worker: of {len(expected):,} cells "
        f"{len(expected.keys() - found.keys())} lost, {doubled} doubled, {failed} failed, {half} half written, "
        f"{sum(found[cell] != expected[cell] for cell in found)} other than undisturbed"
    )


def _driver(out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "verify.bench.cells", str(out)], stderr=subprocess.DEVNULL)


def _workers_of(driver: subprocess.Popen[bytes]) -> list[int]:
    import psutil

    found: list[int] = []
    for child in psutil.Process(driver.pid).children(recursive=True):
        with suppress(psutil.Error):
            if any("popen_loky" in word for word in child.cmdline()):
                found.append(child.pid)
    return found


def _cluster(folder: Path, undisturbed: Path) -> Iterator[str]:
    """The same campaigns on this machine and on a Dask cluster of four workers."""
    from distributed import LocalCluster

    statements = studies(["statements"])["statements"]
    started: Any = LocalCluster(n_workers=4, threads_per_worker=1, dashboard_address=":0")
    with started as cluster:
        for one, budget, here in ((study, "large", undisturbed), (statements, "quick", folder / "here")):
            expected = _content(run_study(one, here, budget, workers=WORKERS))
            found = _content(run_study(one, folder / "there", budget, scheduler=cluster.scheduler_address))
            differing = sum(expected[cell] != found.get(cell) for cell in expected)
            yield f"{one.name} on a Dask cluster of 4 workers: {differing} of {len(expected):,} records differ"


def _content(records: list[Record]) -> dict[str, Any]:
    """What a record says, without when, where and how fast it was made."""
    return {
        record.id: (
            record.status,
            record.prediction,
            _untimed(record.measurement),
            {name: array.tobytes() for name, array in record.arrays().items()},
        )
        for record in records
        if record.status in (Status.MEASURED, Status.NOT_AVAILABLE)
    }


def _untimed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _untimed(item) for key, item in value.items() if key != "seconds"}
    return [_untimed(item) for item in value] if isinstance(value, list) else value
