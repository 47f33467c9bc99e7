"""Reported results that a large curvature alone does not explain, predicted from the unlocked model and reproduced.

The reports are those of an independent replication of SpecDef on a genomic model: compensators that are frozen, a weak
lock that helps, chains of factors that collapse, adapters that learn nothing, and gradients that are clipped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from math import log
from typing import Any

import torch
from rich.console import Console
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from specbound.attacks.factor_chain import even_factors
from specbound.campaign import Grid, Record, Study, measured_in
from specbound.curvature.data import batches
from specbound.locking.layers import locks_in, put
from specbound.training.gradient import Gradient
from specbound.training.loop import fine_tune
from specbound.training.stability import stability_limit
from verify.scenes import Expected, elsewhere, show_scenes
from verify.starts import Start, Within, beside_leading, locked_start, restricted_start, unlocked_start
from verify.tasks import NETWORKS, task

STEPS = 100

GENTLE = 1e-3
"""The learning rate of a run that is far from unstable, over the largest stable one of the unlocked model."""

RANK = 4
"""Of the adapters."""

CHAINS = (1, 2, 3, 5)
"""Numbers of factors."""

APART = 100.0
"""Between the two α whose limits give an exponent."""


@dataclass(frozen=True)
class Scene:
    """A report, what it comes to in one number, and how that is predicted and measured."""

    report: str
    number: str
    predict: Callable[[str, float, int], Expected]
    measure: Callable[[str, float, int], float]


# What a lock does to the gradient, and to all else where that is clipped.


def _gradients(start: Start) -> list[Tensor]:
    model = start.model
    Gradient(model, start.loss, batches(start.data), graph=False)()
    return [parameter.grad for parameter in model.parameters() if parameter.grad is not None]


def _norm(tensors: Sequence[Tensor]) -> float:
    return float(torch.cat([tensor.flatten() for tensor in tensors]).norm())


def _copied(start: Start) -> Start:
    return Start(deepcopy(start.model), start.loss, start.data, start.layer, start.k)


def _base(network: str, seed: int) -> Start:
    return _copied(unlocked_start(network, seed))


def _locked_norm(network: str, alpha: float, seed: int) -> float:
    """``‖Dᵀ g‖``, from the gradient g of the identity-inserted model in the rotated form, where D is diagonal."""
    start = locked_start(network, "rotated", 1.0, seed)
    _gradients(start)
    pair = locks_in(start.model)[start.layer]
    weight, compensator = pair.locked.get_parameter("weight").grad, pair.compensator.get_parameter("weight").grad
    if weight is None or compensator is None:
        raise ValueError("the pair has no gradients")
    scales = torch.ones(len(weight), dtype=weight.dtype)
    scales[: start.k] = alpha
    weight.div_(scales[:, None])
    compensator.mul_(scales)
    return _norm([parameter.grad for parameter in start.model.parameters() if parameter.grad is not None])


def gradient_predicted(network: str, alpha: float, seed: int) -> Expected:
    return Expected.near(_locked_norm(network, alpha, seed) / _norm(_gradients(_base(network, seed))), 1e-6)


def gradient_measured(network: str, alpha: float, seed: int) -> float:
    return _norm(_gradients(locked_start(network, "dense", alpha, seed))) / _norm(_gradients(_base(network, seed)))


def clipped_predicted(network: str, alpha: float, seed: int) -> Expected:
    return Expected.near(_norm(_gradients(_base(network, seed))) / _locked_norm(network, alpha, seed), 1e-6)


def clipped_measured(network: str, alpha: float, seed: int) -> float:
    """How far a clipped step moves the head's bias, locked over unlocked: it is outside every pair."""
    moves: list[float] = []
    threshold = 0.1 * _norm(_gradients(_base(network, seed)))
    for start in (locked_start(network, "dense", alpha, seed), _base(network, seed)):
        outside = list(start.model.parameters())[-1]
        before = outside.detach().clone()
        fine_tune(start.model, start.loss, start.data, "sgd", 1, clip=threshold, lr=1.0)
        moves.append(float((outside.detach() - before).norm()))
    return moves[0] / moves[1]


# A frozen compensator.


def _frozen(network: str, alpha: float, seed: int, form: str = "dense") -> Start:
    start = locked_start(network, form, alpha, seed)
    locks_in(start.model)[start.layer].compensator.requires_grad_(False)
    return start


@cache
def _rate(network: str, seed: int) -> float:
    """Half of the largest stable learning rate of the unlocked model."""
    start = unlocked_start(network, seed)
    return stability_limit(start.model, start.loss, start.data, "sgd").learning_rate / 2


def _held_out_loss(start: Start, network: str, seed: int) -> float:
    fine_tune(start.model, start.loss, start.data, "sgd", STEPS, lr=_rate(network, seed))
    inputs, targets = task(network, seed).held_out
    with torch.no_grad():
        return float(start.loss(start.model(inputs), targets))


def frozen_predicted(network: str, alpha: float, seed: int) -> Expected:
    return Expected.near(_held_out_loss(restricted_start(network, seed), network, seed), 1e-3)


def frozen_measured(network: str, alpha: float, seed: int) -> float:
    return _held_out_loss(_frozen(network, alpha, seed), network, seed)


def frozen_limit_predicted(network: str, alpha: float, seed: int) -> Expected:
    start = restricted_start(network, seed)
    return Expected.near(stability_limit(start.model, start.loss, start.data, "sgd").learning_rate, 0.03)


def frozen_limit_measured(network: str, alpha: float, seed: int) -> float:
    start = _frozen(network, alpha, seed)
    return stability_limit(start.model, start.loss, start.data, "sgd").learning_rate


# A weak lock at a learning rate that is low for the unlocked model.


def weak_predicted(network: str, alpha: float, seed: int) -> Expected:
    return Expected.near((_locked_norm(network, alpha, seed) / _norm(_gradients(_base(network, seed)))) ** 2, 0.05)


def weak_measured(network: str, alpha: float, seed: int) -> float:
    """How much more the first step lowers the loss of the locked model."""
    rate = GENTLE * _rate(network, seed) / alpha**2
    falls: list[float] = []
    for start in (locked_start(network, "dense", alpha, seed), _base(network, seed)):
        losses = fine_tune(start.model, start.loss, start.data, "sgd", 1, lr=rate).losses
        falls.append(losses[0] - losses[1])
    return falls[0] / falls[1]


def weak_end_predicted(network: str, alpha: float, seed: int) -> Expected:
    return Expected(0.0, 1.0)


def weak_end_measured(network: str, alpha: float, seed: int) -> float:
    """The loss after a run with a low learning rate, locked over unlocked."""
    rate = 2 * GENTLE * _rate(network, seed)
    starts = locked_start(network, "dense", alpha, seed), _base(network, seed)
    ends = [fine_tune(s.model, s.loss, s.data, "sgd", STEPS, lr=rate).losses[-1] for s in starts]
    return ends[0] / ends[1]


# Chains of factors in the place of the locked weight.


def _chain_limit(network: str, alpha: float, seed: int, count: int) -> float:
    start = _frozen(network, alpha, seed, "rotated")
    pair = locks_in(start.model)[start.layer]
    factors = even_factors(pair.locked.get_parameter("weight").detach(), count)
    pair.locked = nn.Sequential(*(Within(factor) for factor in factors))
    return stability_limit(start.model, start.loss, start.data, "sgd").learning_rate


def _chain(count: int) -> Scene:
    exponent = -2 * (1 - 1 / count)

    def predicted(network: str, alpha: float, seed: int) -> Expected:
        return Expected(exponent - 0.05, exponent + 0.05)

    def measured(network: str, alpha: float, seed: int) -> float:
        low, high = (_chain_limit(network, at, seed, count) for at in (alpha, APART * alpha))
        return log(high / low) / log(APART)

    return Scene(
        "chains of more factors collapse at smaller α", f"power of α, limit of {count} factors", predicted, measured
    )


# Adapters beside the locked weight.


class Adapted(nn.Module):
    """A layer with a low-rank map beside it: ``layer(h) + left B A h``, B zero at first."""

    def __init__(self, layer: nn.Module, shape: tuple[int, int], left: Tensor | None, seed: int) -> None:
        super().__init__()
        rows, columns = shape
        generator = torch.Generator().manual_seed(seed)
        self.layer = layer.requires_grad_(False)
        self.register_buffer("left", torch.eye(rows, dtype=torch.float64) if left is None else left)
        self.a = nn.Parameter(torch.randn(RANK, columns, generator=generator, dtype=torch.float64) / columns**0.5)
        self.b = nn.Parameter(torch.zeros(rows, RANK, dtype=torch.float64))

    def forward(self, inputs: Tensor) -> Tensor:
        return self.layer(inputs) + inputs @ self.a.T @ self.b.T @ self.get_buffer("left").T


def _adapted(network: str, alpha: float | None, seed: int) -> Start:
    """With an adapter on the locked weight; or, without α, on the unlocked one, in all but the leading directions."""
    start = _base(network, seed) if alpha is None else locked_start(network, "dense", alpha, seed)
    start.model.requires_grad_(False)
    if alpha is not None:
        pair = locks_in(start.model)[start.layer]
        pair.locked = Adapted(pair.locked, _shape(pair.locked), None, seed)
        return start
    layer = start.model.get_submodule(start.layer)
    beside = beside_leading(layer.get_parameter("weight").detach(), start.k)
    put(start.model, start.layer, Adapted(layer, _shape(layer), beside, seed))
    return start


def _shape(layer: nn.Module) -> tuple[int, int]:
    rows, columns = layer.get_parameter("weight").shape
    return rows, columns


def _fall(start: Start, rate: float) -> float:
    """By which share of itself a run lowers the loss."""
    losses = fine_tune(start.model, start.loss, start.data, "sgd", STEPS, lr=rate).losses
    return 1 - losses[-1] / losses[0]


@cache
def _adapters_rate(network: str, seed: int) -> float:
    start = _adapted(network, None, seed)
    return stability_limit(start.model, start.loss, start.data, "sgd").learning_rate / 2


def adapters_predicted(network: str, alpha: float, seed: int) -> Expected:
    return Expected.near(_fall(_adapted(network, None, seed), _adapters_rate(network, seed)), 1e-2)


def adapters_measured(network: str, alpha: float, seed: int) -> float:
    return _fall(_adapted(network, alpha, seed), _adapters_rate(network, seed))


def idle_adapters_predicted(network: str, alpha: float, seed: int) -> Expected:
    return Expected.near(_fall(_adapted(network, None, seed), _adapters_rate(network, seed) / alpha), 1e-2)


def idle_adapters_measured(network: str, alpha: float, seed: int) -> float:
    return _fall(_adapted(network, alpha, seed), _adapters_rate(network, seed) / alpha)


SCENES: Mapping[str, Scene] = {
    "gradient": Scene(
        "the first gradient is hundreds of times longer",
        "its norm, locked over unlocked",
        gradient_predicted,
        gradient_measured,
    ),
    "clipped": Scene(
        "clipped runs learn little",
        "a clipped step outside the pair, over unlocked",
        clipped_predicted,
        clipped_measured,
    ),
    "frozen": Scene(
        "frozen compensators: as good as unlocked, or better",
        "loss on held-out data; as if the k directions were frozen",
        frozen_predicted,
        frozen_measured,
    ),
    "frozen_limit": Scene(
        "frozen compensators: the unlocked learning rate is stable",
        "largest stable learning rate, of the same",
        frozen_limit_predicted,
        frozen_limit_measured,
    ),
    "weak": Scene("a weak lock helps", "the loss's fall in one step, over unlocked", weak_predicted, weak_measured),
    "weak_end": Scene(
        "a weak lock helps", "loss after a run at a low rate, over unlocked", weak_end_predicted, weak_end_measured
    ),
    **{f"chain_{count}": _chain(count) for count in CHAINS},
    "adapters": Scene(
        "adapters learn nothing",
        "share of the loss that they take; as if the k directions were frozen",
        adapters_predicted,
        adapters_measured,
    ),
    "idle_adapters": Scene(
        "adapters learn nothing",
        "the same at a learning rate that is α times lower",
        idle_adapters_predicted,
        idle_adapters_measured,
    ),
}


def predict(scene: str, network: str, alpha: float, seed: int) -> dict[str, Any]:
    """Between what the scene's number is predicted to lie."""
    with threadpool_limits(limits=1):
        return SCENES[scene].predict(network, alpha, seed).to_json()


def measure(scene: str, network: str, alpha: float, seed: int) -> dict[str, Any]:
    """The scene's number."""
    with threadpool_limits(limits=1):
        return {"value": SCENES[scene].measure(network, alpha, seed)}


def unexpected(records: Sequence[Record]) -> list[str]:
    """Numbers that lie elsewhere than predicted."""
    return elsewhere(records, {name: scene.number for name, scene in SCENES.items()})


def show(records: Sequence[Record], console: Console) -> None:
    """Prints each report with the number that it comes to, by network, and whether it is where it was predicted."""
    networks = list(dict.fromkeys(record.parameters["network"] for record in measured_in(records)))
    names = {name: f"{scene.report}:\n{scene.number}" for name, scene in SCENES.items()}
    show_scenes(records, console, "reported anomalies in small", names, "network", networks)


def _grid(networks: Sequence[str], seeds: int) -> list[Grid]:
    weak = [scene for scene in SCENES if scene.startswith("weak")]
    short, long = ([f"chain_{count}" for count in CHAINS if (count > 3) is many] for many in (False, True))
    strong = [scene for scene in SCENES if scene not in (*weak, *short, *long)]
    return [
        Grid({"scene": strong, "network": networks, "alpha": [1e4]}, seeds=seeds),
        # The leading part of few factors grows like a small power of α, so it takes a larger α to stand out.
        Grid({"scene": short, "network": networks, "alpha": [1e7]}, seeds=seeds),
        Grid({"scene": long, "network": networks, "alpha": [1e6]}, seeds=seeds),
        Grid({"scene": weak, "network": networks, "alpha": [10.0]}, seeds=seeds),
    ]


study = Study(
    name="anomalies",
    grids={"quick": _grid(["mlp"], 3), "standard": _grid(NETWORKS, 5), "deep": _grid(NETWORKS, 20)},
    predict=predict,
    measure=measure,
    surprises=unexpected,
    show=show,
)
