"""A study of cells that cost 50 ms each and nothing else: what a campaign itself takes, and what it survives.

``python -m verify.bench.cells OUT`` runs it, until it is done or killed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from specbound.campaign import Grid, Record, Study, run

SECONDS = 0.05
WORKERS = 2


def predict(number: int) -> dict[str, Any]:
    """The square of the cell's number."""
    return {"square": number**2}


def measure(number: int, seed: int) -> dict[str, Any]:
    """The same, and draws of a generator, after a core has been kept busy."""
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        pass
    return {"square": number**2, "draws": np.random.default_rng([number, seed]).standard_normal(3)}


def unequal(records: Sequence[Record]) -> list[str]:
    """Squares that were not measured as predicted."""
    return [str(r.parameters) for r in records if r.prediction["square"] != r.measurement["square"]]


study = Study(
    name="cells",
    grids={"large": Grid({"number": range(1_000)})},
    predict=predict,
    measure=measure,
    surprises=unequal,
)

if __name__ == "__main__":
    # The study as its module, not as this program, so that its cells are those of every other run.
    from verify.bench.cells import study as itself

    run(itself, Path(sys.argv[1]), "large", workers=WORKERS)
