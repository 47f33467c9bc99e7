"""A locked linear layer: a deformed weight and a compensator in the place of one weight."""

from __future__ import annotations

from copy import copy

from torch import Tensor, nn

from specbound.curvature.linear_maps import matrix_of
from specbound.locking.kinds import mixing, over_channels, reading, restored
from specbound.locking.pieces import merged

SIZES = ("in_features", "out_features", "in_channels", "out_channels", "nx", "nf")
"""Attributes of layers that other modules read."""


class Replacement(nn.Module):
    """Linear maps in the place of a layer, with its bias behind; what they are, a subclass says.

    Modules that read a layer's weight instead of calling it, as ``nn.MultiheadAttention`` does with ``out_proj``, find
    that of all the maps together.
    """

    bias: nn.Parameter | None

    def __init__(self, layer: nn.Module, bias: nn.Parameter | None) -> None:
        """``layer``: of whose kind all is but its parameters; it is left as it is."""
        super().__init__()
        self.register_parameter("bias", bias)
        for name in SIZES:
            if hasattr(layer, name):
                setattr(self, name, getattr(layer, name))
        # In a tuple, where it is no submodule.
        self._layer = (_without_parameters(layer),)

    @property
    def layer(self) -> nn.Module:
        """The layer without its parameters."""
        return self._layer[0]

    def mapped(self, inputs: Tensor) -> Tensor:
        """What the maps make of inputs, before the bias."""
        raise NotImplementedError

    def matrix(self) -> Tensor:
        """All the maps as one, ``(d_out, d_in)``."""
        raise NotImplementedError

    def forward(self, inputs: Tensor) -> Tensor:
        outputs = self.mapped(inputs)
        return outputs if self.bias is None else outputs + over_channels(self.layer, self.bias)

    @property
    def weight(self) -> Tensor:
        """All the maps as one, in the shape of the layer's weight: what that was before, up to rounding."""
        return restored(self.layer, self.matrix())


class LockedLinear(Replacement):
    """``C (W̃ h) + b``, or ``W̃ (C h) + b`` where the compensator comes before: the function of ``W h + b``.

    It stands in for an ``nn.Linear``, a convolution or the ``Conv1D`` of transformers. Its parameters are
    ``locked.weight``, ``compensator.weight`` and, where the layer had one, ``bias``; there is none named ``weight``, so
    that a loader that knows nothing of locks reports a missing one.
    """

    def __init__(self, layer: nn.Module, deformed: Tensor, compensator: Tensor, side: str) -> None:
        """``deformed``, ``compensator``: W̃ and C as matrices; the layer itself is left as it is."""
        super().__init__(layer, layer._parameters.get("bias"))
        self.side = side
        first, second = (deformed, compensator) if side == "after" else (compensator, deformed)
        pair = reading(layer, first), mixing(layer, second)
        self.locked, self.compensator = pair if side == "after" else (pair[1], pair[0])

    def mapped(self, inputs: Tensor) -> Tensor:
        first, second = self.in_order()
        return second(first(inputs))

    def matrix(self) -> Tensor:
        first, second = self.in_order()
        return matrix_of(second) @ matrix_of(first)

    def matrices(self) -> tuple[Tensor, Tensor]:
        """W̃ and C as matrices, detached."""
        return matrix_of(self.locked).detach(), matrix_of(self.compensator).detach()

    def with_matrices(self, deformed: Tensor, compensator: Tensor) -> LockedLinear:
        """A pair of other matrices on the same side, in the dtype that they have, with the same bias."""
        return LockedLinear(self.unlocked(), deformed, compensator, self.side).train(self.training)

    def unlocked(self) -> nn.Module:
        """A layer of the kind that was locked, with the product of the two, computed in float64, as its weight."""
        first, second = (matrix_of(part).detach() for part in self.in_order())
        kept = self.locked.get_parameter("weight")
        layer = copy(self.layer)
        weight = restored(layer, merged(second, first, kept.dtype)).contiguous()
        layer._parameters = {**layer._parameters, "weight": nn.Parameter(weight, kept.requires_grad), "bias": self.bias}
        return layer.train(self.training)

    def extra_repr(self) -> str:
        return f"{self.layer.extra_repr()}, side={self.side}"

    def in_order(self) -> tuple[nn.Module, nn.Module]:
        """The two in the order in which they act."""
        pair = (self.locked, self.compensator)
        return pair if self.side == "after" else (pair[1], pair[0])


def _without_parameters(layer: nn.Module) -> nn.Module:
    bare = copy(layer)
    bare._parameters = dict.fromkeys(layer._parameters)
    return bare
