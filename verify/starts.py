"""Where optimizers are begun: locked models with what they are to learn, and what remains of them for large α."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from specbound.locking.deformation import spectral_deformation
from specbound.locking.layers import locks_in, put
from specbound.locking.lock import lock
from verify.networks import seeded
from verify.tasks import DESIGNS, pooled_digits, task

QUADRATIC, MINIMUM = "quadratic", "minimum"
"""A linear network of which the compensator alone is trained, and a network beside a strict minimum of its loss."""

BESIDE = 1e-9
"""How far from the minimum, in each coordinate of the identity-inserted model, a run begins."""


@dataclass(frozen=True)
class Start:
    """A model to be trained, with its loss and data; ``layer`` is or is to be locked in ``k`` directions."""

    model: nn.Module
    loss: Callable[[Any, Tensor], Tensor]
    data: Any
    layer: str
    k: int


def locked_start(network: str, form: str, alpha: float, seed: int) -> Start:
    """The start of a network after a lock."""
    start = unlocked_start(network, seed)
    model = deepcopy(start.model)
    lock(model, start.layer, alpha, start.k, form)
    pair = locks_in(model)[start.layer]
    if network == QUADRATIC:
        model.requires_grad_(False)
        pair.compensator.requires_grad_()
    if network == MINIMUM:
        # Where both of the pair are trained there is no strict minimum (gauge_nullity).
        pair.locked.requires_grad_(False)
        _put_beside(model, pair.compensator.get_parameter("weight"), alpha, seed)
    return Start(model, start.loss, start.data, start.layer, start.k)


def inflated_start(network: str, form: str, seed: int) -> Start:
    """The identity-inserted model of which nothing but C'U_k can be trained: what a lock leaves of it as α grows.

    A step moves C'U_k by α times what it moves the entries of C. In these units they are the parameters here: in the
    rotated form the first k columns, in the dense form a matrix X with C' = I + X U_k U_kᵀ.
    """
    start = locked_start(network, "rotated", 1.0, seed)
    start.model.requires_grad_(False)
    pair = locks_in(start.model)[start.layer]
    rotation = pair.compensator.get_parameter("weight").detach()
    inflated = rotation[:, : start.k]
    onto = inflated.T if form == "rotated" else inflated @ inflated.T
    pair.compensator = Within(rotation, right=onto @ rotation)
    return start


class Within(nn.Module):
    """The linear map ``matrix + left X right`` with a bias, where X, zero at first, is trained, and the bias if any."""

    def __init__(
        self, matrix: Tensor, left: Tensor | None = None, right: Tensor | None = None, bias: Tensor | None = None
    ) -> None:
        super().__init__()
        rows, columns = matrix.shape
        self.register_buffer("matrix", matrix.clone())
        self.register_buffer("left", torch.eye(rows, dtype=matrix.dtype) if left is None else left.clone())
        self.register_buffer("right", torch.eye(columns, dtype=matrix.dtype) if right is None else right.clone())
        shape = self.get_buffer("left").shape[1], self.get_buffer("right").shape[0]
        self.moved = nn.Parameter(torch.zeros(shape, dtype=matrix.dtype))
        self.register_parameter("bias", None if bias is None else nn.Parameter(bias.detach().clone()))

    def forward(self, inputs: Tensor) -> Tensor:
        moved = self.get_buffer("left") @ self.moved @ self.get_buffer("right")
        return nn.functional.linear(inputs, self.get_buffer("matrix") + moved, self._parameters["bias"])


def restricted_start(network: str, seed: int) -> Start:
    """The unlocked model whose layer is trained in all output directions but the k leading ones."""
    start = unlocked_start(network, seed)
    model = deepcopy(start.model)
    layer = model.get_submodule(start.layer)
    weight = layer.get_parameter("weight").detach()
    put(model, start.layer, Within(weight, left=beside_leading(weight, start.k), bias=layer._parameters["bias"]))
    return Start(model, start.loss, start.data, start.layer, start.k)


def beside_leading(weight: Tensor, k: int) -> Tensor:
    """``I − U_k U_kᵀ`` of the k leading left singular vectors of a weight."""
    directions = spectral_deformation(weight, 2.0, k, "after", False).directions
    return torch.eye(len(weight), dtype=weight.dtype) - directions @ directions.T


@cache
def unlocked_start(network: str, seed: int) -> Start:
    """The start of a network before the lock; shared: copy its model before changing it."""
    if network in DESIGNS:
        found = task(network, seed)
        return Start(found.unlearned, cross_entropy, found.relearn, found.layer, found.k)
    inputs, _ = pooled_digits(200)
    model = seeded(_linear if network == QUADRATIC else _tanh, torch.float64, seed)
    # Its own outputs are the targets, so that the loss is least here; the quadratic is begun away from that.
    targets = model(inputs).detach()
    return Start(model, mse_loss, (inputs, targets + 1 if network == QUADRATIC else targets), "0", 2)


def _linear() -> nn.Module:
    return nn.Sequential(nn.Linear(16, 6), nn.Linear(6, 4))


def _tanh() -> nn.Module:
    return nn.Sequential(nn.Linear(16, 5), nn.Tanh(), nn.Linear(5, 4))


def _put_beside(model: nn.Module, compensator: nn.Parameter, alpha: float, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                size = BESIDE / alpha if parameter is compensator else BESIDE
                parameter += size * torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
