"""How long locking takes: ten layers of the size that a model of 20 billion parameters has."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from rich.console import Console
from threadpoolctl import threadpool_limits
from torch import nn

from specbound.campaign import Grid, Record, Study, measured_in
from specbound.locking.detection import inspect
from specbound.locking.lock import lock
from verify.intervals import interval
from verify.tables import SPREAD, table
from verify.usual import ALPHA, K

SIZE, LAYERS = 2880, 10
"""Of the published run."""

PUBLISHED = 15.0
"""Its seconds, on a machine that is not told."""

DECAY = 0.4
"""Columns fall like i^-0.4, and with them the spectrum, much as those of trained layers do."""

CLOSE = 1e-3
"""How far, relative, α may be read off beside the one that was asked for."""


def predict() -> dict[str, Any]:
    """As published; and that what is made in this time are locks, read off the weights alone (``lock_detection``)."""
    return {"seconds": PUBLISHED, "layers": LAYERS, "k": [K], "alpha": ALPHA}


def measure(form: str, seed: int, device: str) -> dict[str, Any]:
    """Seconds by the clock and of one core, and which locks are found in what was made."""
    with threadpool_limits(limits=1):
        model = layers(seed, device)
        started, worked = time.perf_counter(), time.process_time()
        lock(model, "*", ALPHA, K, form)
        if torch.device(device).type == "cuda":
            torch.cuda.synchronize()
        seconds, core = time.perf_counter() - started, time.process_time() - worked
        found = inspect(model)
    return {
        "seconds": seconds,
        "core": core,
        "layers": len(found),
        "k": sorted({one.k or 0 for one in found}),
        "alpha": max(found, key=lambda one: abs((one.alpha or 0) - ALPHA)).alpha if found else None,
    }


def layers(seed: int, device: str) -> nn.Sequential:
    """Square linear layers in float32, Gaussian but for the sizes of their columns."""
    generator = torch.Generator().manual_seed(seed)
    scales = torch.arange(1, SIZE + 1, dtype=torch.float32) ** -DECAY
    # Drawing torch's own initialisation, only to replace it, would take as long again.
    made = nn.Sequential(*(nn.Linear(SIZE, SIZE, bias=False, device="meta") for _ in range(LAYERS)))
    for layer in made.children():
        drawn = torch.randn(SIZE, SIZE, generator=generator) * scales
        layer.register_parameter("weight", nn.Parameter(drawn.to(device)))
    return made


def unexpected(records: Sequence[Record]) -> list[str]:
    """What was made and is no lock as asked for; time is no surprise, as machines differ."""
    return [f"{record}: {line}" for record in measured_in(records) for line in _surprises(record)]


def _surprises(record: Record) -> Iterator[str]:
    measured, predicted = record.measurement, record.prediction
    for what in ("layers", "k"):
        if measured[what] != predicted[what]:
            yield f"found {what} = {measured[what]}; predicted {predicted[what]}"
    alpha = measured["alpha"]
    if alpha is None or abs(alpha / predicted["alpha"] - 1) > CLOSE:
        yield f"found alpha = {alpha}; predicted {predicted['alpha']:g}"


def show(records: Sequence[Record], console: Console) -> None:
    """Prints the seconds, by form."""
    shown = table(f"{LAYERS} layers of {SIZE}×{SIZE}, float32, k = {K}: seconds{SPREAD}", ["by the clock", "of a core"])
    done = measured_in(records)
    for form in dict.fromkeys(record.parameters["form"] for record in done):
        mine = [record.measurement for record in done if record.parameters["form"] == form]
        shown.add_row(form, *(interval([found[name] for found in mine], ".1f") for name in ("seconds", "core")))
    console.print(shown)


def _grid(forms: Sequence[str], seeds: int) -> Grid:
    return Grid({"form": forms}, seeds=seeds)


study = Study(
    name="lock_speed",
    grids={
        "quick": _grid(["dense"], 1),
        "standard": _grid(["dense", "rotated"], 3),
        "deep": _grid(["dense", "rotated"], 10),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
