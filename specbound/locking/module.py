"""A locked linear layer: a deformed weight and a compensator in the place of one weight."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from specbound.locking.deformation import Deformation


class LockedLinear(nn.Module):
    """``C (W̃ h) + b``, or ``W̃ (C h) + b`` where the compensator comes before: the function of ``W h + b``.

    Its parameters are ``locked.weight``, ``compensator.weight`` and, where the layer had one, ``bias``; there is none
    named ``weight``, so that a loader that knows nothing of locks reports a missing one. Modules that read a layer's
    weight instead of calling it, as ``nn.MultiheadAttention`` does with ``out_proj``, find the product of the two.
    """

    def __init__(self, layer: nn.Linear, deformation: Deformation, form: str) -> None:
        super().__init__()
        weight = layer.weight
        deformed, compensator = deformation.factorized(weight.detach(), form)
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.side = deformation.side
        self.locked = _linear(deformed.to(weight.dtype), weight.requires_grad)
        self.compensator = _linear(compensator.to(weight.dtype), weight.requires_grad)
        self.bias = layer.bias

    def forward(self, inputs: Tensor) -> Tensor:
        first, second = self._in_order()
        outputs = second(first(inputs))
        return outputs if self.bias is None else outputs + self.bias

    @property
    def weight(self) -> Tensor:
        """The product of the two, ``(out_features, in_features)``: the weight before the lock, up to rounding."""
        first, second = self._in_order()
        return second.weight @ first.weight

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, side={self.side}"

    def _in_order(self) -> tuple[nn.Linear, nn.Linear]:
        pair = (self.locked, self.compensator)
        return pair if self.side == "after" else (pair[1], pair[0])


def _linear(weight: Tensor, trainable: bool) -> nn.Linear:
    with torch.device("meta"):
        layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    layer.weight = nn.Parameter(weight.contiguous(), requires_grad=trainable)
    return layer
