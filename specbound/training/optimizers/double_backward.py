"""The Hessian of a loss from a gradient that carries its graph."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from specbound.core.errors import InvalidInput

ROWS_AT_ONCE = 128
"""Rows that one backward pass computes."""


def hessian_rows(slope: Tensor, parameters: tuple[Tensor, ...]) -> Iterator[Tensor]:
    """The rows of ``∂slope/∂parameters``, some at a time, ``(rows, n)``, the parameters flat in their order.

    **Parameters.** ``slope``: the flat gradient, ``(n,)``, with its graph.
    **Raises.** :class:`InvalidInput` for a gradient that carries none.
    """
    require_graph(slope)
    for directions in torch.eye(len(slope), dtype=slope.dtype, device=slope.device).split(ROWS_AT_ONCE):
        pieces = torch.autograd.grad(
            slope, parameters, directions, retain_graph=True, is_grads_batched=True, materialize_grads=True
        )
        yield torch.cat([piece.flatten(1) for piece in pieces], dim=1)


def require_graph(slope: Tensor) -> None:
    """Raises :class:`InvalidInput` for a gradient that cannot be differentiated again."""
    if not slope.requires_grad:
        raise InvalidInput(
            "the gradient carries no graph, so it cannot be differentiated again; required: a closure that fills .grad "
            "by torch.autograd.grad(loss, params, create_graph=True)"
        )


def flat_gradient(parameters: tuple[Tensor, ...]) -> Tensor:
    """``.grad`` of all parameters as one vector, with its graph where it has one, zero where there is none."""
    with torch.enable_grad():
        return torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1) for p in parameters])


def release_graph(parameters: tuple[Tensor, ...]) -> None:
    """Frees the graph that gradients carry, which would live on until the next step."""
    for parameter in parameters:
        parameter.grad = None if parameter.grad is None else parameter.grad.detach()
