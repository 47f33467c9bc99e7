"""Relearning what was unlearned: steps, accuracy and outcome by learning rate, for undefended, unlearned and locked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from math import log10
from statistics import mean, median
from typing import Any

from rich.console import Console
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn.functional import cross_entropy

from specbound.campaign import Grid, Record, Study, measured_in
from specbound.locking.lock import lock
from specbound.training.loop import Goal, fine_tune
from specbound.training.outcome import Outcome
from specbound.training.stability import stability_limit
from verify.predictions import PREDICTED
from verify.starts import inflated_start
from verify.tables import table
from verify.tasks import DESIGNS, NETWORKS, Task, task

CONDITIONS = {"undefended": None, "unlearned": None, "α=1e2": 1e2, "α=1e4": 1e4}
"""What is trained, and the α of its lock."""

WARM_UP = 0.1
"""Share of the budget over which the learning rate rises, as in the published runs."""

EVERY = 5
"""Steps from one look at the accuracy to the next."""

RATES = [10.0**n for n in range(-6, 1)]


def predict(network: str, optimizer: str, condition: str, seed: int) -> dict[str, Any]:
    """The largest stable learning rate, of a model without a lock, or as α grows: α^p times that of C'U_k alone.

    Below it a model locked with α = 1e4 is predicted not to reach the goal: all else moves too slowly
    (``slowdown_distance``).
    """
    with threadpool_limits(limits=1):
        return {"limit": _limit(network, optimizer, CONDITIONS[condition], condition == "undefended", seed)}


@cache
def _limit(network: str, optimizer: str, alpha: float | None, undefended: bool, seed: int) -> float:
    known = task(network, seed)
    if alpha is None:
        model = known.undefended if undefended else known.unlearned
        return stability_limit(model, cross_entropy, known.relearn, optimizer).learning_rate
    exponent = PREDICTED[optimizer].exponents["dense"]
    if exponent is None:
        raise ValueError(f"no exponent is known for {optimizer}")
    alone = inflated_start(network, "dense", seed)
    return stability_limit(alone.model, alone.loss, alone.data, optimizer).learning_rate * alpha**exponent


def measure(network: str, optimizer: str, condition: str, rate: float, steps: int, seed: int) -> dict[str, Any]:
    """A run with that learning rate: its outcome, when the goal was met, and the accuracy and loss in the end."""
    with threadpool_limits(limits=1):
        known = task(network, seed)
        model = _begun(known, condition)
        before = known.accuracy(model)
        if before >= known.goal:
            return {"outcome": Outcome.REACHED.value, "reached": 0, "accuracy": before, "before": before}
        goal = Goal(lambda trained: known.accuracy(trained), known.goal, EVERY)
        run = fine_tune(model, cross_entropy, known.relearn, optimizer, steps, goal, warm_up=WARM_UP, lr=rate)
        return {
            "outcome": run.outcome.value,
            "reached": run.reached,
            "accuracy": known.accuracy(model),
            "before": before,
        }


def _begun(known: Task, condition: str) -> nn.Module:
    model = deepcopy(known.undefended if condition == "undefended" else known.unlearned)
    alpha = CONDITIONS[condition]
    if alpha is not None:
        lock(model, known.layer, alpha, known.k)
    return model


def unexpected(records: Sequence[Record]) -> list[str]:
    """Locked runs that reach the goal with α = 1e4 within the budget at a learning rate below the limit."""
    found: list[str] = []
    for record in measured_in(records):
        if CONDITIONS[record.parameters["condition"]] != 1e4:
            continue
        below = record.parameters["rate"] <= record.prediction["limit"]
        if below and record.measurement["reached"] is not None:
            found.append(f"{record}: reached after {record.measurement['reached']} steps; predicted to be too slow")
    return found


Cell = tuple[str, str, str, float]
"""Network, optimizer, condition, learning rate."""


def cells(records: Sequence[Record]) -> dict[Cell, list[Record]]:
    """The measured records of each place of the table, over seeds."""
    found: dict[Cell, list[Record]] = {}
    for record in measured_in(records):
        at = record.parameters
        found.setdefault((at["network"], at["optimizer"], at["condition"], at["rate"]), []).append(record)
    return found


def told(records: Sequence[Record]) -> str:
    """Median steps where most seeds reached the goal, else the commonest outcome; and the mean accuracy in the end."""
    reached = [r.measurement["reached"] for r in records if r.measurement["reached"] is not None]
    accuracy = mean(r.measurement["accuracy"] for r in records)
    outcomes = Counter(r.measurement["outcome"] for r in records)
    steps = f"{median(reached):.0f}" if 2 * len(reached) > len(records) else MARKS[outcomes.most_common(1)[0][0]]
    return f"{steps} {accuracy:.2f}".replace(" 0.", " .")


MARKS = {"diverged": "†", "catapulted": "‡", "budget": "–", "reached": "–"}
"""What stands in place of steps: the loss blew up; blew up and came back; the budget ended."""


def show(records: Sequence[Record], console: Console) -> None:
    """Prints the relearning table: steps to the goal and accuracy, or why it was not reached."""
    found = cells(records)
    rates = sorted({rate for *_, rate in found})
    for network in dict.fromkeys(place[0] for place in found):
        goal = DESIGNS[network].goal
        title = f"{network}: steps to an accuracy of {goal} (– budget, † diverged, ‡ catapulted), accuracy in the end"
        shown = table(title, [f"1e{log10(rate):.0f}" for rate in rates])
        for optimizer, condition in dict.fromkeys(place[1:3] for place in found if place[0] == network):
            row = (found.get((network, optimizer, condition, rate)) for rate in rates)
            shown.add_row(f"{optimizer}, {condition}", *(told(cell) if cell else "" for cell in row))
        console.print(shown)


def _grid(networks: Sequence[str], optimizers: Sequence[str], seeds: int, steps: int) -> Grid:
    axes = {"network": networks, "optimizer": optimizers, "condition": list(CONDITIONS), "rate": RATES}
    return Grid({**axes, "steps": [steps]}, seeds=seeds)


study = Study(
    name="relearning",
    grids={
        "quick": _grid(["mlp"], ["sgd", "adamw"], 3, 200),
        "standard": _grid(NETWORKS, ["sgd", "adamw", "muon", "lion"], 5, 1000),
        "deep": _grid(NETWORKS, ["sgd", "adamw", "muon", "lion", "soap", "sophia_exact"], 10, 5000),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
