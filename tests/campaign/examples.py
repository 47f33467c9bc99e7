"""Studies that behave well, and badly in every way that a campaign has to survive; importable by workers."""

import ctypes
import os
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from specbound.campaign import Grid, Record, Study
from specbound.numeric.ops import NotAvailable


def surprises(records: Sequence[Record]) -> list[str]:
    return [record.id for record in records if record.prediction["square"] != record.measurement.get("square")]


def predict(number: int) -> dict[str, Any]:
    return {"square": number**2}


def measure(number: int, seed: int) -> dict[str, Any]:
    draws = np.random.default_rng([number, seed]).standard_normal(3)
    return {"square": number**2, "sum": draws.sum(), "draws": draws}


def study(numbers: Sequence[int] = range(6), seeds: int = 1, **changed: Any) -> Study:
    """A study of squares, with some of its parts changed."""
    grids: Mapping[str, Grid] = {"quick": Grid({"number": numbers}, seeds)}
    given: dict[str, Any] = {"grids": grids, "predict": predict, "measure": measure, "surprises": surprises}
    return Study("squares", **{**given, **changed})


def raises(number: int, seed: int) -> dict[str, Any]:
    if number == 3:
        raise ValueError("three is not measured")
    if number == 4:
        raise SystemExit("four leaves")
    if number == 5:
        raise NotAvailable("five needs a library")
    return measure(number, seed)


def ends_its_process(number: int, seed: int) -> dict[str, Any]:
    if number == 3:
        ctypes.string_at(0)
    time.sleep(0.2)
    return measure(number, seed)


def ends_its_process_once(number: int, marks: str) -> dict[str, Any]:
    mark = Path(marks) / str(number)
    if number % 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), 9)
    return {"square": number**2}


def predict_for_marks(number: int, marks: str) -> dict[str, Any]:
    return {"square": number**2}


@cache
def large() -> tuple[np.ndarray, int]:
    return np.ones(70_000_000), os.getpid()


def keeps_much(number: int, seed: int) -> dict[str, Any]:
    time.sleep(0.3)
    return {"square": number**2, "process": large()[1]}


def slowly(number: int, seed: int) -> dict[str, Any]:
    time.sleep(0.05)
    return measure(number, seed)


def tells_threads(number: int, seed: int) -> dict[str, Any]:
    limits = [pool["num_threads"] for pool in threadpool_info()]
    return {"square": number**2, "threads": max(limits, default=1), "variable": os.environ.get("OMP_NUM_THREADS")}
