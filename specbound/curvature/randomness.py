"""Refuses models whose loss is drawn anew at each evaluation: their Hessian is a random matrix."""

from __future__ import annotations

from torch import nn
from torch.nn.modules.dropout import _DropoutNd  # pyright: ignore[reportPrivateUsage]

from specbound.core.errors import InvalidInput


def refuse_dropout(model: nn.Module) -> None:
    """Raises :class:`InvalidInput`, naming the module, where dropout is active."""
    for name, module in model.named_modules():
        if module.training and _drops(module):
            raise InvalidInput(
                f"module {name!r} ({type(module).__name__}) draws at random in training mode, so the Hessian is one of "
                "many; call model.eval(), or set its p to 0"
            )


def _drops(module: nn.Module) -> bool:
    if isinstance(module, _DropoutNd):
        return module.p > 0
    if isinstance(module, nn.MultiheadAttention):
        return module.dropout > 0
    if isinstance(module, nn.RNNBase):
        return module.dropout > 0 and module.num_layers > 1
    return isinstance(module, nn.RReLU)
