"""Studies that behave well, and badly in every way that a campaign has to survive; importable by workers."""

import asyncio
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


FINDINGS: dict[str, Any] = {
    "nothing": {},
    "None": None,
    "nan": {"loss": float("nan")},
    "objects": {"draws": [object()]},
    "surrogate": {"name": "\ud800"},
    "huge": {"number": 10**5000},
    "array of objects": {"draws": np.array([None])},
    "array of a taken name": {"file": np.ones(2)},
    "array of no name": {1: np.ones(2), "a": 1},
    "masked array": {"draws": np.ma.array([1, 2], mask=[0, 1])},
}


def finds(name: str, number: int, seed: int) -> Any:
    return measure(number, seed) if name == "squares" else FINDINGS[name]


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


ERRORS: dict[str, BaseException] = {
    "surrogate": ValueError("caf\udce9.txt"),
    "unspeakable": Unspeakable(),
    "cancelled": asyncio.CancelledError(),
    "colours": ValueError("\x1b[31mred\n" + "long " * 1_000),
}


def raises_strangely(name: str, number: int, seed: int) -> dict[str, Any]:
    if name in ERRORS:
        raise ERRORS[name]
    return measure(number, seed)


def predict_in_any_case(name: str, number: int) -> dict[str, Any]:
    return predict(number)


def predicts_an_array(number: int) -> dict[str, Any]:
    return {"square": np.ones(2)}


def changes_its_arguments(numbers: list[int], seed: int) -> dict[str, Any]:
    numbers.append(seed)
    return {"length": len(numbers)}


def counts_predictions(folder: str, number: int, seed: int) -> dict[str, Any]:
    lines = (Path(folder) / "squares" / "records.jsonl").read_text().splitlines()
    return {"predictions": sum('"prediction"' in line for line in lines)}


def predict_in_folder(folder: str, number: int) -> dict[str, Any]:
    return predict(number)
