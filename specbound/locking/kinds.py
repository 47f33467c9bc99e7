"""The pair of layers in place of one linear map, in the kinds of layers that there are."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from specbound.curvature.linear_maps import CONVOLUTIONS, Transposed, is_transposed


def restored(module: nn.Module, matrix: Tensor) -> Tensor:
    """A linear map ``(d, d_in)`` in the shape in which that kind of layer stores it."""
    if isinstance(module, CONVOLUTIONS):
        return matrix.reshape(len(matrix), module.in_channels, *module.kernel_size)
    return matrix.T if is_transposed(module) else matrix


def reading(module: nn.Module, matrix: Tensor) -> nn.Module:
    """A layer without bias that reads the same inputs as the module and applies ``matrix``, ``(d, d_in)``."""
    if not isinstance(module, CONVOLUTIONS):
        return mixing(module, matrix)
    with torch.device("meta"):
        layer = type(module)(
            module.in_channels,
            len(matrix),
            module.kernel_size,  # pyright: ignore[reportArgumentType]
            module.stride,  # pyright: ignore[reportArgumentType]
            module.padding,  # pyright: ignore[reportArgumentType]
            module.dilation,  # pyright: ignore[reportArgumentType]
            bias=False,
            padding_mode=module.padding_mode,
        )
    return _holding(layer, restored(module, matrix), module)


def mixing(module: nn.Module, matrix: Tensor) -> nn.Module:
    """A layer without bias that applies ``matrix``, ``(d, c)``, to every position of such outputs."""
    if is_transposed(module):
        return _holding(Transposed(), matrix.T, module)
    with torch.device("meta"):
        if isinstance(module, CONVOLUTIONS):
            layer = type(module)(matrix.shape[1], len(matrix), 1, bias=False)
            matrix = matrix.reshape(*matrix.shape, *[1] * len(module.kernel_size))
        else:
            layer = nn.Linear(matrix.shape[1], len(matrix), bias=False)
    return _holding(layer, matrix, module)


def over_channels(module: nn.Module, bias: Tensor) -> Tensor:
    """A bias in a shape that adds it to the outputs of such a layer."""
    return bias.reshape(-1, *[1] * len(module.kernel_size)) if isinstance(module, CONVOLUTIONS) else bias


def _holding(layer: nn.Module, weight: Tensor, module: nn.Module) -> nn.Module:
    known = module._parameters.get("weight")
    layer.weight = nn.Parameter(weight.contiguous(), requires_grad=known is None or known.requires_grad)
    return layer.train(module.training)
