"""Whether locks are found in models by their weights alone: which directions, how many, by what factor."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import torch
from rich.console import Console
from threadpoolctl import threadpool_limits

from specbound.campaign import Grid, Record, Study, measured_in
from specbound.locking.deformation import spectral_deformation
from specbound.locking.detection import inspect
from specbound.locking.layers import all_lockable
from specbound.locking.lock import lock
from verify.starts import unlocked_start
from verify.tables import table
from verify.tasks import NETWORKS

MODELS = 100
"""Locked models, and as many without a lock, over which what is found is counted."""

LARGEST = {"dense": 6.0, "rotated": 8.0}
"""Powers of ten up to which α is drawn, from 1/2 on: the dense form holds u α far below 1."""

CLOSE = 1e-6
"""How far, relative, α may be off, and the sine of the largest angle between directions."""


def predict(locked: bool) -> dict[str, Any]:
    """Every lock is found, with its k, α and directions (``lock_detection``), and none where there is none."""
    return {"found": MODELS if locked else 0}


def measure(locked: bool, seed: int) -> dict[str, Any]:
    """Of 100 models, networks, layers, k, α and form drawn, those in which a lock is found, and how exactly."""
    generator = torch.Generator().manual_seed(seed)
    found, worst_factor, worst_angle = 0, 0.0, 0.0
    with threadpool_limits(limits=1):
        for number in range(MODELS):
            network = ("tiny", *NETWORKS)[number % (1 + len(NETWORKS))]
            model = deepcopy(unlocked_start(network, number % 3).model)
            layers = list(all_lockable(model))
            layer = layers[_drawn(len(layers), generator)]
            weight = model.get_submodule(layer).get_parameter("weight").detach().flatten(1)
            k = 1 + _drawn(min(weight.shape) - 1, generator) if min(weight.shape) > 1 else 1
            form = ("dense", "rotated")[_drawn(2, generator)]
            alpha = 10 ** (0.5 + (LARGEST[form] - 0.5) * float(torch.rand(1, generator=generator)))
            if locked:
                lock(model, layer, alpha, k, form)
            locks = inspect(model)
            if not locked:
                found += bool(locks)
                continue
            right = [one for one in locks if one.layer == layer and one.k == k and one.alpha is not None]
            if len(locks) != 1 or not right or right[0].directions is None or right[0].alpha is None:
                continue
            inflated = spectral_deformation(weight, alpha, k, "after", False).directions
            seen = right[0].directions
            angle = float(torch.linalg.matrix_norm(inflated - seen @ (seen.T @ inflated), ord=2))
            factor = abs(right[0].alpha / alpha - 1)
            worst_factor, worst_angle = max(worst_factor, factor), max(worst_angle, angle)
            found += factor <= CLOSE and angle <= CLOSE
    return {"found": found, "alpha": worst_factor, "angle": worst_angle}


def _drawn(below: int, generator: torch.Generator) -> int:
    return int(torch.randint(below, (1,), generator=generator))


def unexpected(records: Sequence[Record]) -> list[str]:
    """Counts other than predicted."""
    found: list[str] = []
    for record in measured_in(records):
        seen, wanted = record.measurement["found"], record.prediction["found"]
        if seen != wanted:
            found.append(f"{record}: a lock was found in {seen} of {MODELS}; predicted {wanted}")
    return found


def show(records: Sequence[Record], console: Console) -> None:
    """Prints in how many models locks were found, and how exactly."""
    shown = table(
        f"locks found by weights alone, of {MODELS} models for each seed", ["found", "α off by", "angle off by"]
    )
    for locked in (True, False):
        mine = [record.measurement for record in measured_in(records) if record.parameters["locked"] is locked]
        if mine:
            off = (f"{max(found[name] for found in mine):.0e}" if locked else "–" for name in ("alpha", "angle"))
            shown.add_row("locked" if locked else "without a lock", ", ".join(str(f["found"]) for f in mine), *off)
    console.print(shown)


def _grid(seeds: int) -> Grid:
    return Grid({"locked": [True, False]}, seeds=seeds)


study = Study(
    name="detection",
    grids={"quick": _grid(1), "standard": _grid(5), "deep": _grid(50)},
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
