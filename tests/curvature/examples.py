"""Small problems and the independent reference that several tests use: no code shared with the library."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

DOUBLE = torch.float64


def seeded(build: Callable[[], nn.Module], seed: int = 0) -> nn.Module:
    """A float64 module drawn from a seed, in evaluation mode, with every parameter moved off its special start."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = build().to(DOUBLE).eval()
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.add_(0.1 * torch.randn_like(parameter))
    return module


def normal(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(*shape, dtype=DOUBLE, generator=torch.Generator().manual_seed(seed))


def labels(count: int, classes: int, seed: int = 2) -> Tensor:
    return torch.randint(0, classes, (count,), generator=torch.Generator().manual_seed(seed))


def mlp(widths: tuple[int, ...] = (5, 7, 6, 3), samples: int = 9) -> tuple[nn.Module, Any, Any]:
    """A tanh network with cross-entropy on random data."""

    def build() -> nn.Module:
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            layers += [nn.Linear(before, after), nn.Tanh()]
        return nn.Sequential(*layers[:-1])

    return seeded(build), cross_entropy, (normal(samples, widths[0]), labels(samples, widths[-1]))


def dense_hessian(model: nn.Module, loss: Any, inputs: Tensor, targets: Any) -> Tensor:
    """Row by row, by plain double backward with torch's own tools, on the model as it is."""
    parameters = list(model.parameters())
    gradients = torch.autograd.grad(loss(model(inputs), targets), parameters, create_graph=True, materialize_grads=True)
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    rows = []
    for entry in flat:
        row = torch.autograd.grad(entry, parameters, retain_graph=True, materialize_grads=True)
        rows.append(torch.cat([piece.reshape(-1) for piece in row]))
    return torch.stack(rows)
