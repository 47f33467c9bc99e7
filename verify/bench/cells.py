"""A study of cells that cost 50 ms each and nothing else: what a campaign itself takes, and what it survives."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from specbound.campaign import Grid, Study

SECONDS = 0.05


def predict(number: int) -> dict[str, Any]:
    """The square of the cell's number."""
    return {"square": number**2}


def measure(number: int, seed: int) -> dict[str, Any]:
    """The same, and draws of a generator, after a core has been kept busy."""
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        pass
    return {"square": number**2, "draws": np.random.default_rng([number, seed]).standard_normal(3)}


study = Study(
    name="cells",
    grids={"quick": Grid({"number": range(200)}), "standard": Grid({"number": range(1_000)})},
    predict=predict,
    measure=measure,
    surprises=lambda records: [str(r.cell) for r in records if r.prediction["square"] != r.measurement["square"]],
)
