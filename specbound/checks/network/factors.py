"""The factors A, B, C of a second derivative between two layers of a network, by automatic differentiation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import unfold

from specbound.curvature import block
from specbound.curvature.kernels import twice_differentiable
from specbound.numeric.ops import NotAvailable

LARGEST = 2_000
"""Entries of an activation, and rows and columns of a factor, beyond which none is formed."""


@dataclass(frozen=True)
class Factors:
    """``∂²f/∂W_j∂W_i = A B C`` for one output f of one sample, and that block itself, by double backward."""

    a: Tensor
    b: Tensor
    c: Tensor
    block: Tensor


@dataclass(frozen=True)
class Layer:
    """A linear or convolutional layer: its weight as ``(rows, columns)``, and its input as one column a position."""

    module: nn.Module

    @property
    def weight(self) -> Tensor:
        weight = self.module.get_parameter("weight")
        return weight.reshape(len(weight), -1)

    def inputs(self, received: Tensor) -> Tensor:
        """``(positions, columns)``: a token or the whole input for a linear layer, a patch for a convolution."""
        if isinstance(self.module, nn.Linear):
            return received.reshape(-1, received.shape[-1])
        if isinstance(self.module, nn.Conv2d) and self.module.groups == 1 and isinstance(self.module.padding, tuple):
            m = self.module
            patches = unfold(received, m.kernel_size, m.dilation, m.padding, m.stride)  # pyright: ignore[reportArgumentType]
            return patches[0].T
        raise NotAvailable(f"a {type(self.module).__name__} has no columns of inputs here")

    def outputs(self, given: Tensor) -> Tensor:
        """``(positions, rows)``."""
        return given.reshape(-1, given.shape[-1]) if isinstance(self.module, nn.Linear) else given[0].flatten(1).T


@dataclass(frozen=True)
class Route:
    """Two layers, of which ``first`` acts before ``second`` and reaches the output through it alone.

    ``between`` is the layer whose input ends what is counted to ``first``: its activation, or attention. ``kind`` tells
    which statement describes the way from one to the other: mlp, attention or conv.
    """

    first: str
    second: str
    between: str | None
    kind: str


def factors(model: nn.Module, sample: Tensor, output: int, route: Route) -> Factors:
    """The factors of the second derivative of one output of one sample between the two layers of a route.

    ``A = (∇²_z f W_j) ⊗ h + ∇_z f ⊗ I`` summed over positions, with z and h the output and input of ``second``;
    ``C = D ⊗ hᵀ`` with the input of ``first`` and the derivative D of what follows it, up to the input of ``between``;
    ``B`` the derivative of the input of ``second`` in that of ``between``. With ``between`` None, D = I and B begins at
    the output of ``first``.

    **Parameters.** ``sample``: one sample, with a batch axis of 1. ``output``: the index of the output in a flat view.
    **Raises.** :class:`NotAvailable` where a factor is too large to be formed.
    """
    first, second, between = route.first, route.second, route.between
    i, j = (Layer(model.get_submodule(name)) for name in (first, second))
    with twice_differentiable(model), _recorded(model, [name for name in (first, second, between) if name]) as seen:
        f = model(sample).reshape(-1)[output]
        (received_i, z_i), (received_j, z_j) = seen[first], seen[second]
        h_i = z_i if between is None else seen[between][0]
        for tensor in (z_i, z_j, h_i, received_j):
            if tensor.numel() > LARGEST:
                raise NotAvailable(
                    f"an activation of {tensor.numel():,} entries; at most {LARGEST:,} are differentiated"
                )
        (slope,) = torch.autograd.grad(f, z_j, create_graph=True)
        gradient = j.outputs(slope).detach()
        bend = _jacobian(j.outputs(slope), z_j, j.outputs)
        h_j = j.inputs(received_j)
        b = _jacobian(h_j, h_i)
        d = _jacobian(h_i, z_i, i.outputs)
    weight, positions = j.weight.detach(), len(h_j)
    h_j, h_first = h_j.detach(), i.inputs(received_i).detach()
    bent = torch.einsum("sadb,bc->sadc", bend.reshape(positions, -1, positions, len(weight)), weight)
    a = torch.einsum("sadc,sb->abdc", bent, h_j)
    a += torch.einsum("da,bc->abdc", gradient, torch.eye(h_j.shape[1], dtype=a.dtype, device=a.device))
    size = len(h_first)
    c = torch.einsum("xtl,tq->xlq", d.reshape(len(d), size, -1), h_first)
    truth = block(model, entry_of(output), (sample, torch.zeros(1)), f"{second}.weight", f"{first}.weight").dense()
    return Factors(a.reshape(a.shape[0] * a.shape[1], -1), b, c.reshape(len(c), -1), truth)


def entry_of(output: int) -> Callable[[Tensor, Tensor], Tensor]:
    """A loss that is one entry of the outputs, flattened, whatever the targets."""
    return lambda outputs, _: outputs.reshape(-1)[output]


@contextmanager
def _recorded(model: nn.Module, names: list[str]) -> Iterator[dict[str, tuple[Tensor, Tensor]]]:
    """Within it, a forward pass leaves the input and output of each named module, in the graph."""
    seen: dict[str, tuple[Tensor, Tensor]] = {}

    def record(name: str) -> Any:
        def hook(_: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> None:
            seen[name] = (args[0], output)

        return hook

    hooks = [model.get_submodule(name).register_forward_hook(record(name)) for name in names]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


def _jacobian(of: Tensor, at: Tensor, arranged: Callable[[Tensor], Tensor] = Tensor.flatten) -> Tensor:
    """The derivative of all entries in all others, ``(of.numel(), at.numel())``; zero where there is none.

    ``arranged`` puts what has the shape of ``at`` into the order of the columns.
    """
    rows = [
        torch.autograd.grad(entry, at, retain_graph=True, materialize_grads=True)[0]
        if entry.requires_grad
        else torch.zeros_like(at)
        for entry in of.reshape(-1)
    ]
    return torch.stack([arranged(row).reshape(-1) for row in rows]).detach()
