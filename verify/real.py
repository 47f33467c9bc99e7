"""A real transformer locked in front of a normalisation, and attackers, at learning rates of the unlocked one."""

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

from specbound.attacks import attack
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


UNLOCKED, AT_ONE = ("merge", "parallel"), ("rescale", "precondition", "inject")
"""Attackers that train as the unlocked model does, and as they would at α = 1."""

FEWER_DIRECTIONS = 1.5
"""How many times the unlocked steps a frozen compensator may take: it gives up K of the layer's output directions."""


def predict(attacker: str, rate: float, seed: int) -> dict[str, Any]:
    """The steps of the run that an attacker's is to equal, or not to exceed: the unlocked one's, or its own at α = 1.

    Who leaves the lock is predicted to take no more than without, for every α. The outputs of the pair are normalised:
    after one step they outgrow all else by far, and a gradient through a normalisation falls with the size of what it
    normalises. So curvature along C'U_k, α² at the start, vanishes with the first step, and the rest is trained at the
    learning rate that it had.
    """
    with threadpool_limits(limits=1):
        return {"reached": _run(attacker if attacker in AT_ONE else None, 1.0, rate, seed)["reached"]}


def measure(attacker: str, alpha: float, rate: float, seed: int) -> dict[str, Any]:
    """Steps to the target, how the run ended, and the accuracy on held-out texts before and after."""
    with threadpool_limits(limits=1):
        return _run(attacker if alpha > 1 else None, alpha, rate, seed)


def _run(attacker: str | None, alpha: float, rate: float, seed: int) -> dict[str, Any]:
    """The run of an attacker on a lock, or of the model without one."""
    (model, loss, data), held_out = _problem(seed)
    given, optimizer = deepcopy(model), "sgd"
    if attacker is not None:
        lock(given, LAYER, alpha, K, form="rotated")
        found = attack(attacker)(given, data[0])
        given, optimizer = found.model, found.optimizer(optimizer)
    before = _accuracy(given, held_out)
    run = fine_tune(given, loss, data, optimizer, STEPS, TARGET, lr=rate)
    return {
        "outcome": run.outcome.value,
        "reached": run.reached,
        "loss": run.losses[-1] if isfinite(run.losses[-1]) else None,
        "before": before,
        "after": _accuracy(given, held_out),
    }


def _accuracy(model: nn.Module, held_out: Data) -> float:
    inputs, targets = held_out
    with torch.no_grad():
        return float((model(**inputs).argmax(dim=-1) == targets).double().mean())


def unexpected(records: Sequence[Record]) -> list[str]:
    """Runs with more steps than predicted, or other than those that they are to equal, up to one."""
    found: list[str] = []
    for record in measured_in(records):
        attacker, wanted = record.parameters["attacker"], record.prediction["reached"]
        if wanted is None:
            continue
        reached = record.measurement["reached"]
        most = FEWER_DIRECTIONS * wanted if attacker == "freeze" else wanted + (attacker in (*UNLOCKED, *AT_ONE))
        least = wanted - 1 if attacker in (*UNLOCKED, *AT_ONE) else 0
        if reached is None or not least <= reached <= most:
            found.append(f"{record}: {reached or 'more than ' + str(STEPS)} steps; predicted {least:g} to {most:g}")
    return found


def show(records: Sequence[Record], console: Console) -> None:
    """Prints steps to the target and held-out accuracy, by attacker, α and learning rate."""
    done = measured_in(records)
    rates = sorted({record.parameters["rate"] for record in done})
    title = f"MiniLM's last layer: steps to a loss of {TARGET} (– out of budget), held-out accuracy in the end"
    shown = table(title, [f"rate 1e{log10(rate):.0f}" for rate in rates])
    for attacker, alpha in dict.fromkeys((r.parameters["attacker"], r.parameters["alpha"]) for r in done):
        mine = [r for r in done if (r.parameters["attacker"], r.parameters["alpha"]) == (attacker, alpha)]
        cells = [[r for r in mine if r.parameters["rate"] == rate] for rate in rates]
        name = "unlocked" if alpha == 1 else f"{attacker}, α = {alpha:.0e}"
        shown.add_row(name, *(_told(cell) if cell else "" for cell in cells))
    console.print(shown)


def _told(records: Sequence[Record]) -> str:
    reached = [r.measurement["reached"] for r in records if r.measurement["reached"] is not None]
    steps = f"{median(reached):.0f}" if 2 * len(reached) > len(records) else "–"
    return f"{steps} {mean(r.measurement['after'] for r in records):.2f}".replace(" 0.", " .")


def _grid(alphas: Sequence[float], attackers: Sequence[str], rates: Sequence[float], seeds: int) -> list[Grid]:
    return [
        Grid({"attacker": ["optimizer_only"], "alpha": alphas, "rate": rates}, seeds=seeds),
        Grid({"attacker": attackers, "alpha": alphas[-1:], "rate": rates[-1:]}, seeds=seeds),
    ]


study = Study(
    name="real",
    grids={
        "quick": _grid([1.0, 1e4], ["merge", "freeze", "inject"], [1e-1], 1),
        "standard": _grid([1.0, 100.0, 1e4, 1e6], [*UNLOCKED, *AT_ONE, "freeze"], RATES, 3),
        "deep": _grid([10.0**n for n in range(9)], [*UNLOCKED, *AT_ONE, "freeze"], RATES, 10),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
