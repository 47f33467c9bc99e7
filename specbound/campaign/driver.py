"""Runs a study: what its results folder lacks is predicted, then measured, and stored as it comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
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
from specbound.campaign.sources import refuse_edited
from specbound.campaign.study import Study
from specbound.campaign.task import Outcome, Task, in_a_line
from specbound.core.errors import InvalidInput


def run(
    study: Study,
    out: str | Path,
    budget: str = "quick",
    seed: int = 0,
    device: str = "cpu",
    workers: int | None = None,
    scheduler: str | None = None,
    reporter: Reporter | None = None,
) -> list[Record]:
    """Runs the cells of a budget that the results folder ``out`` lacks, and gives the records of all of them.

    What is there from the same source is not run again; a cell that failed or was not available is, and so is one whose
    arrays are gone. All predictions are on disk before the first measurement begins. A cell that raises is recorded
    with its error and the rest goes on. The run may be stopped at any moment.

    **Parameters.** ``workers``: processes on this machine, one for each core by default, a single one on another device
    than the CPU; one worker is this process itself, which a cell may then end. ``scheduler``: the address of a Dask
    cluster to use instead.
    **Raises.** :class:`InvalidInput` for an unknown budget, a folder that cannot be used or is in use, a scheduler that
    does not answer, source that changes during the run, or a full disk; nothing that was stored is lost.
    """
    reporter = reporter or Reporter(Console(stderr=True))
    workers = _workers(workers, scheduler, device)
    out = Path(out).absolute()
    source = study.source()
    refuse_edited(source.files)
    cells = study.cells(budget, seed, device, source)
    with _executor(workers, scheduler) as execute, writing(out, study.name) as log:
        if log.half:
            reporter.say(
                f"{log.path}: took out {log.half} bytes of a line that was never finished; its cell runs again"
            )
        known = {record.id: record for record in records_of(log.path)}
        threads = 1 if workers is None else threads_each(workers)
        settings = {"budget": budget, "seed": seed, "device": device, "workers": workers, "threads": threads}
        missing = [cell for cell in cells if cell.id not in known or not _is_done(known[cell.id])]
        stale = sum(record.stale for record in known.values())
        older = f"; {stale} there from another source, stale" if stale else ""
        reporter.say(f"{study.name}: {len(cells)} cells, {len(missing)} of them to run, in {log.folder}{older}")
        if missing:
            unpredicted = [cell for cell in missing if cell.id not in known or not known[cell.id].prediction]
            writer = _Writer(study.name, log, header(study, cells, source, settings), reporter)
            writer.begin()
            lost = writer.phase("prediction", execute, Task(study.predict, source, threads), unpredicted)
            predicted = [cell for cell in missing if cell.id not in lost]
            writer.phase("measurement", execute, Task(study.measure, source, threads, arrays=True), predicted)
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
                    if failures <= TOLD:
                        error = in_a_line(f"{outcome.failed['type']}: {outcome.failed['message']}")
                        self._reporter.say(f"{self._study}, {key} failed: {in_a_line(str(cell))}: {error}")
                tick()
        if failures:
            self._reporter.say(f"{self._study}: {failures} {key}s failed; {self._log.path} has their tracebacks")
        with self._explained():
            self._log.settle()
        return lost

    def _store(self, key: str, cell: Cell, outcome: Outcome) -> None:
        if outcome.archive is not None:
            self._log.store(cell.id, outcome.archive)
        if outcome.value is not None:
            found: dict[str, Any] = {key: outcome.value, **({"arrays": True} if outcome.archive is not None else {})}
        elif outcome.failed is not None:
            found = {"failed": outcome.failed}
        else:
            found = {"not available": outcome.not_available}
        place = {"run": self._head["run"], "cell": cell.id, "parameters": cell.parameters, "seed": cell.seed}
        self._log.append({**place, **found, "seconds": round(outcome.seconds, 4)})

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InvalidInput(
                f"{self._log.folder} could not be written ({error.strerror}); what was stored before is "
                "whole. Once there is room, or access again, the same command goes on"
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


def _executor(workers: int | None, scheduler: str | None) -> AbstractContextManager[Executor]:
    if workers is None:
        return on_cluster(str(scheduler))
    return nullcontext(on_this_machine(workers))


def _is_done(record: Record) -> bool:
    """Whether there is all of the cell that it can give."""
    return record.status is Status.MEASURED and (record.arrays_file is None or record.arrays_file.is_file())
