"""A locked linear layer: a deformed weight and a compensator in the place of one weight."""

from __future__ import annotations

from copy import copy

from torch import Tensor, nn

from specbound.curvature.linear_maps import matrix_of
from specbound.locking.kinds import mixing, over_channels, reading, restored
from specbound.locking.pieces import merged

SIZES = ("in_features", "out_features", "in_channels", "out_channels", "nx", "nf")
"""Attributes of layers that other modules read."""


class LockedLinear(nn.Module):
    """``C (W̃ h) + b``, or ``W̃ (C h) + b`` where the compensator comes before: the function of ``W h + b``.

    It stands in for an ``nn.Linear``, a convolution or the ``Conv1D`` of transformers. Its parameters are
    ``locked.weight``, ``compensator.weight`` and, where the layer had one, ``bias``; there is none named ``weight``, so
    that a loader that knows nothing of locks reports a missing one. Modules that read a layer's weight instead of
    calling it, as ``nn.MultiheadAttention`` does with ``out_proj``, find the product of the two.
    """

    bias: nn.Parameter | None

    def __init__(self, layer: nn.Module, deformed: Tensor, compensator: Tensor, side: str) -> None:
        """``deformed``, ``compensator``: W̃ and C as matrices; the layer itself is left as it is."""
        super().__init__()
        self.side = side
        first, second = (deformed, compensator) if side == "after" else (compensator, deformed)
        pair = reading(layer, first), mixing(layer, second)
        self.locked, self.compensator = pair if side == "after" else (pair[1], pair[0])
        self.register_parameter("bias", layer._parameters.get("bias"))
        for name in SIZES:
            if hasattr(layer, name):
                setattr(self, name, getattr(layer, name))
        # Kept in a tuple, where it is no submodule: all of the layer but its parameters.
        self._layer = (_without_parameters(layer),)

    def forward(self, inputs: Tensor) -> Tensor:
        first, second = self._in_order()
        outputs = second(first(inputs))
        return outputs if self.bias is None else outputs + over_channels(self._layer[0], self.bias)

    @property
    def weight(self) -> Tensor:
        """The product of the two in the shape of the layer's weight: what it was before the lock, up to rounding."""
        first, second = self._in_order()
        return restored(self._layer[0], matrix_of(second) @ matrix_of(first))

    def matrices(self) -> tuple[Tensor, Tensor]:
        """W̃ and C as matrices, detached."""
        return matrix_of(self.locked).detach(), matrix_of(self.compensator).detach()

    def unlocked(self) -> nn.Module:
        """A layer of the kind that was locked, with the product of the two, computed in float64, as its weight."""
        first, second = (matrix_of(part).detach() for part in self._in_order())
        kept = self.locked.get_parameter("weight")
        layer = copy(self._layer[0])
        weight = restored(layer, merged(second, first, kept.dtype)).contiguous()
        layer._parameters = {**layer._parameters, "weight": nn.Parameter(weight, kept.requires_grad), "bias": self.bias}
        return layer.train(self.training)

    def extra_repr(self) -> str:
        return f"{self._layer[0].extra_repr()}, side={self.side}"

    def _in_order(self) -> tuple[nn.Module, nn.Module]:
        pair = (self.locked, self.compensator)
        return pair if self.side == "after" else (pair[1], pair[0])


def _without_parameters(layer: nn.Module) -> nn.Module:
    bare = copy(layer)
    bare._parameters = dict.fromkeys(layer._parameters)
    return bare
