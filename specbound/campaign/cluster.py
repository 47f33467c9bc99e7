"""Cells on a Dask cluster that somebody started; it decides what runs where, and what to do when a worker is lost."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from specbound.campaign.cell import Cell
from specbound.campaign.local import Executor
from specbound.campaign.task import Outcome, Task, in_a_line, unready
from specbound.core.errors import InvalidInput
from specbound.numeric.ops import NotAvailable

SECONDS_TO_ANSWER = 10
"""How long a scheduler may take to answer, and its first worker to appear."""


@contextmanager
def on_cluster(address: str) -> Iterator[Executor]:
    """The workers of the cluster whose scheduler is at ``address``, for example ``tcp://10.0.0.1:8786``.

    **Raises.** :class:`NotAvailable` without distributed; :class:`InvalidInput` where no scheduler answers, it has no
    workers, or one runs several cells in one process, or the scheduler is lost on the way.
    """
    try:
        from distributed import Client, KilledWorker, as_completed
        from distributed.comm.addressing import get_address_host_port
    except ModuleNotFoundError as error:
        raise NotAvailable("a cluster needs distributed: pip install 'specbound[cluster]'") from error
    try:
        # Asked beforehand: a client that found nobody takes long to go away.
        socket.create_connection(get_address_host_port(address), timeout=SECONDS_TO_ANSWER).close()
        client = Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"no scheduler answers at {address!r} ({type(error).__name__}); start one with `dask scheduler` "
            "and give the address that it prints, such as tcp://127.0.0.1:8786"
        ) from error

    def execute(task: Task, cells: Sequence[Cell]) -> Iterator[tuple[Cell, Outcome]]:
        _refuse_unready(client.run(unready, task.function.__module__, task.source, task.versions))
        futures = client.map(task, cells, pure=False)
        cell_of = dict(zip((future.key for future in futures), cells, strict=True))
        try:
            for future in as_completed(futures, loop=client.loop):
                if future.cancelled():
                    raise _lost(address)
                error = future.exception()
                if isinstance(error, KilledWorker):
                    yield cell_of[future.key], Outcome.failure(error)
                elif isinstance(error, InvalidInput):
                    raise error
                elif error is not None:
                    cause = error.__cause__ or error
                    told = in_a_line(f"{type(cause).__name__}: {cause}")
                    raise InvalidInput(
                        f"the cluster at {address} cannot run the study ({told}); "
                        "it must be importable there, from the same source"
                    ) from error
                else:
                    yield cell_of[future.key], future.result()
                future.release()
        except OSError as error:
            raise _lost(address) from error
        finally:
            client.cancel(futures)

    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
        except TimeoutError as error:
            raise InvalidInput(f"the scheduler at {address} has no workers; start some with `dask worker`") from error
        for worker, threads in dict(client.nthreads()).items():  # pyright: ignore[reportCallIssue, reportArgumentType]
            if threads != 1:
                raise InvalidInput(
                    f"the worker {worker} runs {threads} cells at a time in one process, where they would share its "
                    "libraries' state; start workers with `dask worker --nthreads 1 --nworkers N`"
                )
        yield execute


def _refuse_unready(found: Any) -> None:
    for worker, reason in dict(found).items():
        if reason is not None:
            raise InvalidInput(f"at {worker}, {reason}")


def _lost(address: str) -> InvalidInput:
    return InvalidInput(f"the scheduler at {address} was lost; what is stored stays, start again")
