"""Between which learning rates a locked model can be trained: curvature closes it from above, rounding from below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import sqrt
from typing import Any

import torch
from rich.console import Console
from threadpoolctl import threadpool_limits
from torch import Tensor

from specbound.campaign import Grid, Record, Study, measured_in
from specbound.curvature.data import batches
from specbound.locking.layers import locks_in
from specbound.training.gradient import Gradient
from specbound.training.stability import stability_limit
from verify.starts import Start, inflated_start, locked_start
from verify.tables import table
from verify.tasks import NETWORKS

FORMATS = {"float64": torch.float64, "float32": torch.float32, "bfloat16": torch.bfloat16}

SMALLEST_NORMAL = torch.finfo(torch.float32).tiny
"""Below it float32 is subnormal."""

CLOSE = 0.1
"""How far, relatively, either end may be from its prediction."""

LARGE = 1e4
"""α from which the upper end is predicted: below it, what the lock leaves unscaled takes part."""


def predict(network: str, format: str, alpha: float, seed: int) -> dict[str, Any]:
    """Both ends for gradient descent, from the model before the lock.

    ``upper``: α⁻² times the limit of C'U_k alone. ``lower``: where half of the weights outside the pair are moved:
    the median of half a unit in the last place over the gradient (``stagnation``), which a lock leaves as they are.
    """
    with threadpool_limits(limits=1):
        upper = _alone(network, seed) / alpha**2
        return {"upper": upper, "lower": _lower(network, format, seed), "subnormal": upper < SMALLEST_NORMAL}


@cache
def _alone(network: str, seed: int) -> float:
    start = inflated_start(network, "rotated", seed)
    return stability_limit(start.model, start.loss, start.data, "sgd").learning_rate


@cache
def _lower(network: str, format: str, seed: int) -> float:
    start = in_format(locked_start(network, "rotated", 1.0, seed), FORMATS[format])
    needed = [
        torch.where(slope == 0, torch.inf, half_unit(weight, slope).double() / slope.double().abs()).flatten()
        for weight, slope in _others(start)
    ]
    return float(torch.cat(needed).median())


def half_unit(weight: Tensor, slope: Tensor) -> Tensor:
    """Half the distance from a weight to its neighbour against the gradient's direction, in the weight's format."""
    towards = torch.where(slope > 0, -torch.inf, torch.inf).to(weight.dtype)
    return (weight - torch.nextafter(weight, towards)).abs() / 2


def in_format(start: Start, dtype: torch.dtype) -> Start:
    """The same start with parameters and data in another format."""
    inputs, targets = start.data
    moved = inputs.to(dtype) if inputs.is_floating_point() else inputs
    return Start(start.model.to(dtype), start.loss, (moved, targets), start.layer, start.k)


def _others(start: Start) -> list[tuple[Tensor, Tensor]]:
    """Every parameter outside the pair, with its gradient."""
    Gradient(start.model, start.loss, batches(start.data), graph=False)()
    inside = set(locks_in(start.model)[start.layer].parameters())
    return [(p.detach(), p.grad) for p in start.model.parameters() if p not in inside and p.grad is not None]


def measure(network: str, format: str, alpha: float, seed: int) -> dict[str, Any]:
    """Both ends, of the locked model in that format: by running it, and by looking at what one step moves."""
    with threadpool_limits(limits=1):
        start = in_format(locked_start(network, "rotated", alpha, seed), FORMATS[format])
        others = _others(start)

        def moved(rate: float) -> float:
            changed = [(weight - rate * slope != weight).flatten() for weight, slope in others]
            return float(torch.cat(changed).double().mean())

        found: dict[str, Any] = {"lower": _first(moved, 0.5)}
        # A rise of 1e-9 of the loss is not to be seen in 8 bits.
        if format != "bfloat16":
            limit = stability_limit(start.model, start.loss, start.data, "sgd")
            found["upper"] = limit.learning_rate
        return found


def _first(share: Callable[[float], float], wanted: float) -> float:
    """The learning rate from which on at least that share is moved, by bisection to 1 %."""
    low, high = 1e-30, 1e30
    while high > 1.01 * low:
        middle = sqrt(low * high)
        low, high = (low, middle) if share(middle) >= wanted else (middle, high)
    return high


def unexpected(records: Sequence[Record]) -> list[str]:
    """Ends that are not where they were predicted."""
    found: list[str] = []
    for record in measured_in(records):
        for end, measured in record.measurement.items():
            predicted = record.prediction[end]
            if end == "upper" and record.parameters["alpha"] < LARGE:
                continue
            if abs(measured / predicted - 1) > CLOSE:
                found.append(f"{record}: {end} end at {measured:.3g}; predicted {predicted:.3g}")
    return found


def show(records: Sequence[Record], console: Console) -> None:
    """Prints where the window of gradient descent closes, by format."""
    done = measured_in(records)
    shown = table("gradient descent: α at which the window of learning rates closes", ["predicted", "measured"])
    for network, format in dict.fromkeys((r.parameters["network"], r.parameters["format"]) for r in done):
        mine = [r for r in done if (r.parameters["network"], r.parameters["format"]) == (network, format)]
        for large in sorted({r.parameters["alpha"] for r in mine if r.parameters["alpha"] >= LARGE})[:1]:
            cells = [r for r in mine if r.parameters["alpha"] == large]
            predicted = [large * sqrt(r.prediction["upper"] / r.prediction["lower"]) for r in cells]
            ends = [(r.measurement.get("upper", r.prediction["upper"]), r.measurement["lower"]) for r in cells]
            measured = [large * sqrt(upper / lower) for upper, lower in ends]
            shown.add_row(
                f"{network}, {format}", *(f"{min(part):.1e} … {max(part):.1e}" for part in (predicted, measured))
            )
    console.print(shown)
    largest = max((r.parameters["alpha"] for r in done), default=None)
    at_largest = [r.measurement for r in done if r.parameters["alpha"] == largest]
    limits = [ends["upper"] for ends in at_largest if "upper" in ends]
    if limits:
        console.print(
            f"α = {largest:.0e}: the largest stable learning rate is {min(limits):.1e} at least, "
            f"{min(limits) / SMALLEST_NORMAL:.0e} times the smallest normal float32"
        )


def _grid(networks: Sequence[str], alphas: Sequence[float], seeds: int) -> Grid:
    return Grid({"network": networks, "format": list(FORMATS), "alpha": alphas}, seeds=seeds)


study = Study(
    name="windows",
    grids={
        "quick": _grid(["mlp"], [1.0, 100.0, 1e4, 1e6], 3),
        "standard": _grid(NETWORKS, [10.0**n for n in range(7)], 5),
        "deep": _grid(NETWORKS, [10.0 ** (n / 2) for n in range(17)], 10),
    },
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
