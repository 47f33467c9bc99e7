"""Gradient descent on a real transformer locked in front of a normalisation, at learning rates of the unlocked one."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from math import isfinite, log10
from statistics import mean, median
from typing import Any, TypeAlias

import torch
from rich.console import Console
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from specbound.campaign import Grid, Record, Study, measured_in
from specbound.locking.lock import lock
from specbound.training.loop import fine_tune
from verify.networks import Problem, minilm_top
from verify.tables import table

LAYER, K = "layer.attention.output.dense", 25
"""What is locked: its outputs are added to the layer's inputs and normalised."""

TRAINED, HELD_OUT, TOKENS = 20, 60, 16
"""Docstrings to train on and to be scored on, and their tokens."""

TARGET, STEPS = 0.5, 60
RATES = (1e-3, 1e-2, 1e-1)


Data: TypeAlias = tuple[dict[str, Any], Tensor]


@cache
def _problem(seed: int) -> tuple[Problem, Data]:
    """The last layer of MiniLM with a head, on the first docstrings; and the others."""
    model, loss, (inputs, targets) = minilm_top(TRAINED + HELD_OUT, TOKENS, seed)
    parts = [
        ({name: None if value is None else value[rows] for name, value in inputs.items()}, targets[rows])
        for rows in (slice(TRAINED), slice(TRAINED, None))
    ]
    return (model, loss, parts[0]), parts[1]


def predict(rate: float, seed: int) -> dict[str, Any]:
    """The steps that the unlocked model takes: a locked one is predicted to take no more, for every α.

    The outputs of the pair are normalised: after one step they outgrow all else by far, and a gradient through a
    normalisation falls with the size of what it normalises. So curvature along C'U_k, α² at the start, vanishes with
    the first step, and the rest is trained at the learning rate that it had.
    """
    with threadpool_limits(limits=1):
        return {"reached": _run(1.0, rate, seed)["reached"]}


def measure(alpha: float, rate: float, seed: int) -> dict[str, Any]:
    """Steps to the target, how the run ended, and the accuracy on held-out texts before and after."""
    with threadpool_limits(limits=1):
        return _run(alpha, rate, seed)


def _run(alpha: float, rate: float, seed: int) -> dict[str, Any]:
    (model, loss, data), held_out = _problem(seed)
    locked = deepcopy(model)
    if alpha > 1:
        lock(locked, LAYER, alpha, K, form="rotated")
    before = _accuracy(locked, held_out)
    run = fine_tune(locked, loss, data, "sgd", STEPS, TARGET, lr=rate)
    return {
        "outcome": run.outcome.value,
        "reached": run.reached,
        "loss": run.losses[-1] if isfinite(run.losses[-1]) else None,
        "before": before,
        "after": _accuracy(locked, held_out),
    }


def _accuracy(model: nn.Module, held_out: Data) -> float:
    inputs, targets = held_out
    with torch.no_grad():
        return float((model(**inputs).argmax(dim=-1) == targets).double().mean())


def unexpected(records: Sequence[Record]) -> list[str]:
    """Locked runs that took more steps than the unlocked one with the same learning rate."""
    found: list[str] = []
    for record in measured_in(records):
        if record.prediction["reached"] is None:
            continue
        reached, unlocked = record.measurement["reached"], record.prediction["reached"]
        if reached is None or reached > unlocked:
            found.append(f"{record}: {reached or 'more than ' + str(STEPS)} steps; predicted at most {unlocked}")
    return found


def show(records: Sequence[Record], console: Console) -> None:
    """Prints steps to the target and held-out accuracy, by α and learning rate."""
    done = measured_in(records)
    rates = sorted({record.parameters["rate"] for record in done})
    title = f"MiniLM's last layer: steps to a loss of {TARGET} (– out of budget), held-out accuracy in the end"
    shown = table(title, [f"rate 1e{log10(rate):.0f}" for rate in rates])
    for alpha in sorted({record.parameters["alpha"] for record in done}):
        cells = [[r for r in done if r.parameters["alpha"] == alpha and r.parameters["rate"] == rate] for rate in rates]
        shown.add_row("unlocked" if alpha == 1 else f"α = {alpha:.0e}", *(_told(cell) for cell in cells))
    console.print(shown)


def _told(records: Sequence[Record]) -> str:
    reached = [r.measurement["reached"] for r in records if r.measurement["reached"] is not None]
    steps = f"{median(reached):.0f}" if 2 * len(reached) > len(records) else "–"
    return f"{steps} {mean(r.measurement['after'] for r in records):.2f}".replace(" 0.", " .")


study = Study(
    name="real",
    grids={
        "quick": Grid({"alpha": [1.0, 1e4], "rate": [1e-1]}),
        "standard": Grid({"alpha": [1.0, 100.0, 1e4, 1e6], "rate": RATES}, seeds=3),
        "deep": Grid({"alpha": [10.0**n for n in range(9)], "rate": RATES}, seeds=10),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
