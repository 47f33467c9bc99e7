"""Locked models with a lock at every kind of layer, and the attacks with their options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from torch import Tensor, nn

from specbound import attacks, lock
from specbound.attacks import Attacked
from tests.curvature.examples import normal, seeded

ALPHA = 30.0


@dataclass(frozen=True)
class Kind:
    """A model with a lock at ``layer``: a map of ``outputs`` by ``inputs``, that reads ``read`` features a position.

    ``blind``: the widths of the blocks that an attacker sees who does not look for locks.
    """

    build: Callable[[], nn.Module]
    layer: str
    outputs: int
    inputs: int
    read: int
    shape: tuple[int, ...]
    blind: tuple[int, ...]

    def locked(self, form: str = "rotated", side: str = "after", two_sided: bool = False, k: int = 1) -> nn.Module:
        model = seeded(self.build)
        lock(model, self.layer, ALPHA, k, form, side, two_sided)
        return model

    def data(self) -> Tensor:
        return normal(*self.shape)


def _linear(inputs: int, outputs: int, bias: bool = True) -> nn.Module:
    return nn.Sequential(nn.Linear(inputs, outputs, bias), nn.Tanh(), nn.Linear(outputs, 2))


def _convolution() -> nn.Module:
    return nn.Sequential(nn.Conv2d(2, 5, 3, stride=2, padding=1), nn.Tanh(), nn.Flatten(), nn.Linear(20, 2))


def _transposed() -> nn.Module:
    conv1d = pytest.importorskip("transformers.pytorch_utils").Conv1D
    return nn.Sequential(conv1d(6, 4), nn.Tanh(), nn.Linear(6, 2))


def _encoder() -> nn.Module:
    # Attention reads the weight of its output layer, and never calls that.
    return nn.Sequential(nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True), nn.Linear(4, 2))


KINDS = {
    "wide": Kind(partial(_linear, 6, 4), "0", 4, 6, 6, (5, 6), (4,)),
    "tall, no bias": Kind(partial(_linear, 3, 7, bias=False), "0", 7, 3, 3, (5, 3), (7,)),
    "square": Kind(partial(_linear, 4, 4), "0", 4, 4, 4, (5, 4), (4,)),
    "convolution": Kind(_convolution, "0", 5, 18, 2, (3, 2, 4, 4), (5, 20)),
    "transposed": Kind(_transposed, "0", 6, 4, 4, (5, 4), (6,)),
    "read by attention": Kind(_encoder, "0.self_attn.out_proj", 4, 4, 4, (2, 3, 4), (4,)),
}


@dataclass(frozen=True)
class Expected:
    """What an attack does at one pair, counted by hand.

    ``parameters``: stored in the end. ``trained``: of these. ``names``: of what is trained, below the layer's path.
    ``rest``: whether what lies outside the pair is trained as before, the layer's bias included.
    """

    parameters: int
    trained: int
    names: tuple[str, ...]
    rest: bool = True


def pair_size(kind: Kind, side: str) -> tuple[int, int]:
    """Entries of the weight and of the compensator."""
    return kind.outputs * kind.inputs, (kind.outputs if side == "after" else kind.inputs) ** 2


def _kept(compensator: bool, kind: Kind, side: str) -> Expected:
    weight, square = pair_size(kind, side)
    names = ("locked.weight", *(("compensator.weight",) if compensator else ()))
    return Expected(weight + square, weight + square * compensator, names)


def _merged(kind: Kind, side: str) -> Expected:
    weight, _ = pair_size(kind, side)
    return Expected(weight, weight, ("weight",))


def _parallel(kind: Kind, side: str) -> Expected:
    weight, square = pair_size(kind, side)
    return Expected(2 * weight + square, weight, ("maps.beside.weight",))


def _lora(place: str, rank: int, kind: Kind, side: str) -> Expected:
    weight, square = pair_size(kind, side)
    edge = kind.outputs if side == "after" else kind.inputs
    added = rank * (2 * edge if place == "compensator" else kind.outputs + kind.inputs)
    stem = {"weight": "maps.locked.beside", "output": "maps.beside", "compensator": "maps.compensator.beside"}[place]
    return Expected(weight + square + added, added, (f"{stem}.a.weight", f"{stem}.b.weight"), rest=False)


def _inject(place: str, kind: Kind, side: str) -> Expected:
    weight, square = pair_size(kind, side)
    if place == "narrow":
        place = "behind" if kind.outputs <= kind.read else "before"
    edge = kind.outputs if side == "after" else kind.inputs
    width = {"behind": kind.outputs, "before": kind.read, "between": edge}[place]
    return Expected(weight + square + width**2, width**2, (f"maps.{place}.weight",))


def _chain(count: int, merge_first: bool, kind: Kind, side: str) -> Expected:
    weight, square = pair_size(kind, side)
    r = min(kind.outputs, kind.inputs)
    factors = weight if count == 1 else r * (kind.outputs + kind.inputs) + (count - 2) * r * r
    names = tuple(f"maps.factor_{number}.weight" for number in range(count))
    return Expected(factors + (0 if merge_first else square), factors, names)


Run = Callable[[nn.Module, Any], Attacked]


def _run(function: Callable[..., Attacked], **options: Any) -> Run:
    return lambda model, inputs: function(model, inputs=inputs, **options)


CASES: Mapping[str, tuple[Run, Callable[[Kind, str], Expected]]] = {
    "optimizer_only": (_run(attacks.optimizer_only), partial(_kept, True)),
    "precondition": (_run(attacks.precondition), partial(_kept, True)),
    "rescale": (_run(attacks.rescale), partial(_kept, True)),
    "balance": (_run(attacks.balance), partial(_kept, True)),
    "freeze": (_run(attacks.freeze), partial(_kept, False)),
    "merge": (_run(attacks.merge), _merged),
    "parallel": (_run(attacks.parallel), _parallel),
    **{
        f"lora {place}": (_run(attacks.lora, place=place, rank=rank), partial(_lora, place, rank))
        for place, rank in (("weight", 1), ("output", 3), ("compensator", 2))
    },
    **{
        f"inject {place}": (_run(attacks.inject, place=place), partial(_inject, place))
        for place in ("narrow", "behind", "before", "between")
    },
    **{
        f"factor_chain {count}{', merged' if merge_first else ''}": (
            _run(attacks.factor_chain, count=count, merge_first=merge_first),
            partial(_chain, count, merge_first),
        )
        for count in (1, 2, 3, 4)
        for merge_first in (False, True)
    },
}
"""Every attack on locks with its options, and what it is to do at one."""
