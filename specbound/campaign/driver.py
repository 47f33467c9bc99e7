"""Runs a study: what its results folder lacks is predicted, then measured, and stored as it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from joblib import cpu_count
from rich.console import Console

from specbound.campaign.cell import Cell
from specbound.campaign.cluster import on_cluster
from specbound.campaign.header import header
from specbound.campaign.local import Executor, on_this_machine, threads_each
from specbound.campaign.log import Log, writing
from specbound.campaign.progress import Reporter
from specbound.campaign.reading import Record, Status, records_of
from specbound.campaign.study import Study
from specbound.campaign.task import Outcome, Task
from specbound.core.errors import InvalidInput
from specbound.core.provenance import versions


def run(
    study: Study,
    out: Path,
    budget: str = "quick",
    seed: int = 0,
    device: str = "cpu",
    workers: int | None = None,
    scheduler: str | None = None,
    reporter: Reporter | None = None,
) -> list[Record]:
    """Runs the cells of a budget that the results folder ``out`` lacks, and gives the records of all of them.

    What is there from the same source is not run again; a cell that failed is, and one that was not available is once
    versions of packages have changed. All predictions are on disk before the first measurement begins. A cell that
    raises is recorded with its error and the rest goes on. The run may be stopped at any moment.

    **Parameters.** ``workers``: processes on this machine, one for each core by default, a single one on another device
    than the CPU; one worker is this process itself. ``scheduler``: the address of a Dask cluster to use instead.
    **Raises.** :class:`InvalidInput` for an unknown budget, a folder that cannot be used or is in use, a scheduler that
    does not answer, source that changes during the run, or a full disk; nothing that was stored is lost.
    """
    reporter = reporter or Reporter(Console(stderr=True))
    workers = _workers(workers, scheduler, device)
    source = study.source()
    cells = study.cells(budget, seed, device, source)
    with _executor(workers, scheduler) as execute, writing(out, study.name) as log:
        half = log.mend()
        if half:
            reporter.say(f"{log.path}: took out {half} bytes of a line that was never finished; its cell runs again")
        known = {record.id: record for record in records_of(log.path)}
        present = dict(versions())
        missing = [cell for cell in cells if cell.id not in known or not _is_done(known[cell.id], present)]
        reporter.say(f"{study.name}: {len(cells)} cells, {len(missing)} of them to run, in {log.folder}")
        if missing:
            threads = 1 if workers is None else threads_each(workers)
            settings = {"budget": budget, "seed": seed, "device": device, "workers": workers, "threads": threads}
            head = header(study, cells, source, settings)
            unpredicted = [cell for cell in missing if cell.id not in known or not known[cell.id].prediction]
            writer = _Writer(study.name, log, head, reporter)
            writer.begin()
            lost = writer.phase("prediction", execute, Task(study.predict, source, threads), unpredicted)
            log.settle()
            predicted = [cell for cell in missing if cell.id not in lost]
            writer.phase("measurement", execute, Task(study.measure, source, threads, arrays=True), predicted)
            log.settle()
        found = {record.id: record for record in records_of(log.path)}
    return [found[cell.id] for cell in cells]


TOLD = 5
"""How many failures of a phase are told as they come."""


class _Writer:
    """Puts into the log what comes of cells, and says how far the run is."""

    def __init__(self, study: str, log: Log, head: dict[str, Any], reporter: Reporter) -> None:
        self._study, self._log, self._head, self._reporter = study, log, head, reporter

    def begin(self) -> None:
        with self._explained():
            self._log.append(self._head)

    def phase(self, key: str, execute: Executor, task: Task, cells: Sequence[Cell]) -> set[str]:
        """Runs the task on cells, stores what came of each under ``key``, and gives the cells without a value."""
        lost: set[str] = set()
        failures = 0
        if not cells:
            return lost
        with self._reporter.phase(f"{self._study}, {key}s", len(cells)) as tick:
            for cell, outcome in execute(task, cells):
                with self._explained():
                    self._store(key, cell, outcome)
                if outcome.value is None:
                    lost.add(cell.id)
                if outcome.failed is not None:
                    failures += 1
                if outcome.failed is not None and failures <= TOLD:
                    told = f"{outcome.failed['type']}: {outcome.failed['message']}"
                    self._reporter.say(f"{self._study}, {key} failed: {cell}: {told}")
                tick()
        if failures > TOLD:
            self._reporter.say(f"{self._study}: {failures} {key}s failed; the records in {self._log.path} say how")
        return lost

    def _store(self, key: str, cell: Cell, outcome: Outcome) -> None:
        if outcome.arrays:
            self._log.store(cell.id, outcome.arrays)
        entry: dict[str, Any] = {"run": self._head["run"], "cell": cell.id}
        entry |= {"parameters": cell.parameters, "seed": cell.seed}
        if outcome.value is not None:
            entry |= {key: outcome.value, **({"arrays": sorted(outcome.arrays)} if outcome.arrays else {})}
        elif outcome.failed is not None:
            entry |= {"failed": outcome.failed}
        else:
            entry |= {"not available": outcome.not_available}
        self._log.append({**entry, "seconds": round(outcome.seconds, 4)})

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InvalidInput(
                f"{self._log.folder} could not be written ({error.strerror}); what was stored before is whole: "
                "make room, and give the same command again"
            ) from error


def _workers(workers: int | None, scheduler: str | None, device: str) -> int | None:
    """How many processes on this machine; None on a cluster."""
    if scheduler is not None:
        if workers is not None:
            raise InvalidInput(f"workers = {workers} with a scheduler, whose cluster has workers of its own; give one")
        return None
    if workers is None:
        return cpu_count() if device == "cpu" else 1
    if workers < 1:
        raise InvalidInput(f"workers = {workers}; required: at least 1")
    return workers


def _executor(workers: int | None, scheduler: str | None) -> Any:
    if workers is None:
        return on_cluster(str(scheduler))
    return nullcontext(on_this_machine(workers))


def _is_done(record: Record, present: Mapping[str, str]) -> bool:
    """Whether running the cell again, with the present versions of packages, could give nothing new."""
    unchanged = record.run["versions"] == present
    return record.status is Status.MEASURED or (record.status is Status.NOT_AVAILABLE and unchanged)
