"""What a worker does with one cell: it calls the study's function and gives back what came of it, whatever it is."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from specbound.campaign.cell import Cell
from specbound.campaign.plain import plain
from specbound.campaign.study import Finding, arguments_of
from specbound.core.errors import InvalidInput
from specbound.core.provenance import Source
from specbound.numeric.ops import NotAvailable


@dataclass(frozen=True)
class Outcome:
    """What came of a cell: a value with its arrays, or ``failed``, or ``not_available``."""

    value: Mapping[str, Any] | None = None
    arrays: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict[str, Any])
    failed: Mapping[str, Any] | None = None
    not_available: str | None = None
    seconds: float = 0.0

    @classmethod
    def died(cls, error: BaseException) -> Outcome:
        """That of a cell under which worker processes ended."""
        return cls(failed={"type": type(error).__name__, "message": in_a_line(error), "traceback": ""})


@dataclass(frozen=True)
class Task:
    """A study's function as a worker calls it, on the source it is meant for, with ``threads`` for its linear algebra.

    ``arrays``: whether it may give NumPy arrays beside plain data.
    """

    function: Finding
    source: Source
    threads: int
    arrays: bool = False

    def __call__(self, cell: Cell) -> Outcome:
        """Raises :class:`InvalidInput` where this process has another source; any other error is the outcome."""
        if _is_stale(self.source.package, tuple(self.source.files.items())):
            raise InvalidInput(
                "a worker found another source than the run began with: files were changed since, or the cluster has "
                "another version. What is stored stays; start again, with the same source everywhere"
            )
        start = time.perf_counter()
        try:
            with threadpool_limits(self.threads):
                found = self.function(**arguments_of(self.function, cell))
            value, arrays = _parted(self.function.__name__, found, self.arrays)
        except NotAvailable as error:
            return Outcome(not_available=str(error), seconds=time.perf_counter() - start)
        except (Exception, SystemExit) as error:
            failed = {"type": type(error).__name__, "message": str(error), "traceback": traceback.format_exc()}
            return Outcome(failed=failed, seconds=time.perf_counter() - start)
        return Outcome(value, arrays, seconds=time.perf_counter() - start)


def in_a_line(error: BaseException) -> str:
    """What an error says, without line breaks."""
    return " ".join(str(error).split())


@cache
def _is_stale(package: str, files: tuple[tuple[str, str], ...]) -> bool:
    """Asked once a process: what it has imported does not change with the files."""
    return Source(package, dict(files)).stale


def _parted(name: str, found: object, arrays: bool) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """Plain data and, where they are allowed, arrays apart."""
    if not isinstance(found, Mapping) or not found:
        raise InvalidInput(f"{name} gave {found!r}; required: a mapping of names to values, not empty")
    given: dict[str, Any] = dict(found)
    apart = {key: value for key, value in given.items() if arrays and isinstance(value, np.ndarray)}
    for key, array in apart.items():
        if array.dtype.hasobject:
            raise InvalidInput(f"{name} gave an array of objects as {key}; required: numbers, booleans or strings")
    return plain({key: value for key, value in given.items() if key not in apart}, name), apart
