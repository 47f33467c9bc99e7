"""Networks whose weights are rewritten by rescalings that keep the function, and how an attacker undoes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from specbound.checks.network import Case, members
from specbound.curvature import hessian, top_singular_value_of
from specbound.locking.layers import put
from specbound.training.loop import fine_tune
from verify.locks import SITES
from verify.networks import digits, seeded

SAMPLES, TRAINED, LEARNING_RATE = 60, 20, 0.02
"""Digits, and steps of Adam on them, which leave a network half trained."""


@dataclass(frozen=True)
class Member:
    """A rescaling: of which network, which factors rewrite it, and the layer in front of which it begins."""

    network: str
    factors: Callable[[Case], members.Factors]
    before: str


MEMBERS: Mapping[str, Member] = {
    "neurons": Member("relu", members.neurons, "5"),
    "queries": Member("transformer", members.queries, "query"),
    "values": Member("transformer", members.values, "value"),
    "gains": Member("transformer", members.gains, "first"),
}


@cache
def site(member: str, alpha: float, seed: int) -> Case:
    """The network, half trained, and the α by which two coordinates are to be multiplied."""
    network = MEMBERS[member].network
    model, data = _half_trained(network, seed)
    where = SITES[network]
    return Case(model, cross_entropy, data, where.layer, alpha, where.k, seed=seed, route=where.route)


@cache
def _half_trained(network: str, seed: int) -> tuple[nn.Module, tuple[Tensor, Tensor]]:
    data = digits(SAMPLES, torch.float64)
    model = seeded(SITES[network].build, torch.float64, seed)
    fine_tune(model, cross_entropy, data, "adam", TRAINED, lr=LEARNING_RATE)
    return model, data


def factors(member: str, alpha: float, seed: int) -> members.Factors:
    """By what each parameter is multiplied."""
    return MEMBERS[member].factors(site(member, alpha, seed))


def rewritten(member: str, alpha: float, seed: int) -> Case:
    """The same with the rewritten network as its model."""
    found = site(member, alpha, seed)
    return replace(found, model=members.rescaled(found.model, factors(member, alpha, seed)))


def flat_factors(member: str, alpha: float, seed: int) -> Tensor:
    """The same for every entry of a flat vector of parameters."""
    return members.flat_factors(site(member, alpha, seed).model, factors(member, alpha, seed))


def balanced(model: nn.Module, found: members.Factors) -> nn.Module:
    """Both sides of every coordinate made equally long: an attacker has to know which weights meet, and no factor."""
    copy = deepcopy(model)
    lengths: dict[bool, Tensor] = {}
    parts: list[tuple[Tensor, int, bool]] = []
    for name, factor in found.items():
        parameter = copy.get_parameter(name).data
        axis = 0 if factor.ndim == parameter.ndim else 1
        multiplied = bool(factor.max() > 1)
        parts.append((parameter, axis, multiplied))
        length = parameter.movedim(axis, 0).flatten(1).square().sum(dim=1) if parameter.ndim > 1 else parameter**2
        lengths[multiplied] = lengths.get(multiplied, torch.zeros_like(length)) + length
    scales = (lengths[False] / lengths[True]) ** 0.25
    for parameter, axis, multiplied in parts:
        scale = scales if multiplied else 1 / scales
        parameter.mul_(scale.reshape(-1, 1) if parameter.ndim > 1 and axis == 0 else scale)
    return copy


def inserted(model: nn.Module, layer: str, behind: bool) -> nn.Module:
    """A copy in which an identity layer in front of or behind a layer is all that can be trained."""
    copy = deepcopy(model).requires_grad_(False)
    old = copy.get_submodule(layer)
    shape = old.get_parameter("weight").shape
    size = shape[0] if behind else shape[-1]
    identity = nn.Linear(size, size, bias=False, dtype=torch.float64)
    nn.init.eye_(identity.weight)
    put(copy, layer, nn.Sequential(*((old, identity) if behind else (identity, old))))
    return copy


def with_gelu(model: nn.Module) -> nn.Module:
    """A copy with GELU in the place of every ReLU."""
    copy = deepcopy(model)
    for name in [name for name, module in copy.named_modules() if isinstance(module, nn.ReLU)]:
        put(copy, name, nn.GELU())
    return copy


def with_normalised_keys(model: nn.Module) -> nn.Module:
    """A copy of a transformer whose queries and keys are normalised in each head."""
    copy: Any = deepcopy(model)

    def per_head(_: nn.Module, __: Any, output: Tensor) -> Tensor:
        heads = output.unflatten(-1, (copy.heads, -1))
        return (normalize(heads, dim=-1) * heads.shape[-1] ** 0.5).flatten(-2)

    for layer in (copy.query, copy.key):
        layer.register_forward_hook(per_head)
    return copy


def with_tied_keys(model: nn.Module) -> nn.Module:
    """A copy of a transformer whose keys are its queries."""
    copy: Any = deepcopy(model)
    copy.key = copy.query
    return copy


def top(model: nn.Module, of: Case) -> float:
    """``σ₁`` of a model's Hessian in all that can be trained, on a case's loss and data."""
    return top_singular_value_of(hessian(model, of.loss, of.data), tol=1e-11, seed=of.seed).value


@cache
def unscaled_hessian(network: str, seed: int) -> Tensor:
    """That of a network as it is, dense."""
    model, data = _half_trained(network, seed)
    return hessian(model, cross_entropy, data).dense()


def descended(case: Case, rate: Tensor, at: Tensor, steps: int) -> Tensor:
    """Flat parameters after gradient descent with a learning rate for each."""
    slope = case.slope(case.model)
    for _ in range(steps):
        at = at - rate * slope(at)
    return at


def normalised_head(alpha: float, seed: int) -> tuple[Case, Tensor]:
    """The keys of the first head, normalised behind that, divided by α; and a mask of them, flat."""
    found = site("queries", alpha, seed)
    model: Any = with_normalised_keys(found.model)
    for parameter in model.key.parameters():
        parameter.data[: len(parameter) // model.heads] /= alpha
    masks = [torch.zeros(p.shape, dtype=torch.bool) for p in model.parameters()]
    for mask, name in zip(masks, dict(model.named_parameters()), strict=True):
        if name.startswith("key."):
            mask[: len(mask) // model.heads] = True
    return replace(found, model=model), torch.cat([mask.flatten() for mask in masks])


def loss_after(alpha: float, seed: int, steps: int, replaced: bool = False) -> float:
    """The loss after a run at a learning rate for the unscaled network.

    ``replaced``: with these keys, after the first step, along their first gradient and frozen, which is what a first
    step that is far too large leaves of them.
    """
    case, keys = normalised_head(alpha, seed)
    unscaled = normalised_head(1.0, seed)[0]
    rate = torch.full_like(case.flat(case.model), 1 / top(unscaled.model, unscaled))
    at = case.flat(case.model)
    if replaced:
        slope = case.slope(case.model)(at)
        at = torch.where(keys, -slope, at - rate * slope)
        at = descended(case, torch.where(keys, 0.0, rate), at, steps - 1)
    else:
        at = descended(case, rate, at, steps)
    model = deepcopy(case.model)
    nn.utils.vector_to_parameters(at, model.parameters())
    with torch.no_grad():
        return float(case.loss(model(case.data[0]), case.data[1]))
