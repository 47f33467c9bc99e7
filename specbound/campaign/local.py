"""Cells on this machine: processes that joblib keeps, each with its share of the cores."""

from __future__ import annotations

import math
import os
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from joblib import Parallel, cpu_count, delayed, parallel_config
from joblib.externals.loky import process_executor

from specbound.campaign.cell import Cell
from specbound.campaign.task import Outcome, Task
from specbound.core.errors import InvalidInput

DEATHS = 3
"""How many worker processes may end under a cell before it is given up, the last two times alone with it."""

SECONDS_TO_NOTICE = 0.5
"""How long a worker may go on after its driver was killed."""

Executor = Callable[[Task, Sequence[Cell]], Iterator[tuple[Cell, Outcome]]]
"""Runs a task on cells and gives what came of each, as it comes."""


def on_this_machine(workers: int) -> Executor:
    """Worker processes here; a single one is this process itself."""

    def execute(task: Task, cells: Sequence[Cell]) -> Iterator[tuple[Cell, Outcome]]:
        waiting = {cell.id: cell for cell in cells}
        deaths: Counter[str] = Counter()
        while waiting:
            # A process that ends takes the others with it. Cells that were under way are tried again one at a time, so
            # that the one that ends it is known.
            suspects = [cell for cell in waiting.values() if deaths[cell.id]]
            sent: list[str] = []
            results = _in_parallel(task, suspects[:1] or list(waiting.values()), workers, sent)
            try:
                for name, outcome in results:
                    yield waiting.pop(name), outcome
            except BrokenProcessPool as error:
                if "un-serialize" in str(error):
                    raise InvalidInput(
                        f"the workers cannot import {task.function.__module__}; define the study in a module that "
                        "`import` finds, or give one worker"
                    ) from error
                for name in set(sent) & set(waiting):
                    deaths[name] += 1
                    if deaths[name] == DEATHS:
                        yield waiting.pop(name), Outcome.failure(error)
            finally:
                # Who ends a run early says why; joblib only says that it was.
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", UserWarning)
                    results.close()

    return execute


def threads_each(workers: int) -> int:
    """How many threads each worker's linear algebra may use so that together they fill the machine once."""
    return max(1, cpu_count() // workers)


def _in_parallel(task: Task, cells: Sequence[Cell], workers: int, sent: list[str]) -> Generator[tuple[str, Outcome]]:
    def calls() -> Iterator[Any]:
        for cell in cells:
            sent.append(cell.id)
            yield delayed(_named)(task, cell)

    with parallel_config("loky", n_jobs=workers, inner_max_num_threads=task.threads if workers > 1 else None):
        # A batch is one cell: what is finished is on disk at once.
        parallel: Any = Parallel(
            return_as="generator_unordered",
            batch_size=1,  # pyright: ignore[reportArgumentType]
            initializer=_begin,
            initargs=(os.getpid(),),
        )
        yield from parallel(calls())


def _begin(driver: int) -> None:
    """Prepares a worker process.

    It may grow: loky would replace one that holds 300 MB more than at first, and with it what its cells share. It ends
    once its driver has: loky would let it finish what it was given, beside the run that goes on.
    """
    process_executor._MAX_MEMORY_LEAK_SIZE = math.inf  # pyright: ignore[reportAttributeAccessIssue, reportPrivateUsage]
    threading.Thread(target=_end_with, args=(driver,), daemon=True).start()


def _end_with(driver: int) -> None:
    while os.getppid() == driver:
        time.sleep(SECONDS_TO_NOTICE)
    os._exit(1)


def _named(task: Task, cell: Cell) -> tuple[str, Outcome]:
    return cell.id, task(cell)
