"""The kinds of layers that can be locked: each is one linear map, and a pair of layers in its place is two."""

from __future__ import annotations

import sys

import torch
from torch import Tensor, nn

from specbound.core.errors import InvalidInput

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
NAMES = "an nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d or the Conv1D of transformers"


def is_linear_map(module: nn.Module) -> bool:
    """Whether a module is of a kind that can be locked."""
    return isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d) or is_transposed(module)


def is_transposed(module: nn.Module) -> bool:
    """Whether it stores its weight as (inputs, outputs): the Conv1D of Hugging Face's transformers."""
    # Whoever holds one has imported this module.
    home = sys.modules.get("transformers.pytorch_utils")
    return isinstance(module, Transposed) or (home is not None and isinstance(module, home.Conv1D))


def refuse_unusual(module: nn.Module) -> None:
    """Raises :class:`InvalidInput` for a layer of such a kind that is not one linear map of its stored weight."""
    if "weight" not in module._parameters:
        raise InvalidInput("its weight is computed from others (a parametrization); remove that first")
    if isinstance(module, CONVOLUTIONS) and module.groups != 1:
        raise InvalidInput(f"a convolution in {module.groups} groups is several maps; required: groups = 1")


def matrix_of(module: nn.Module) -> Tensor:
    """The layer's linear map, ``(d_out, d_in)``: of a convolution that of an unfolded patch to all output channels."""
    weight = module.get_parameter("weight")
    return weight.T if is_transposed(module) else weight.flatten(1)


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


class Transposed(nn.Module):
    """``inputs · weight`` with a weight of shape (inputs, outputs), as the Conv1D of transformers keeps it."""

    weight: nn.Parameter

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs @ self.weight


def _holding(layer: nn.Module, weight: Tensor, module: nn.Module) -> nn.Module:
    layer.weight = nn.Parameter(weight.contiguous(), requires_grad=module.get_parameter("weight").requires_grad)
    return layer.train(module.training)
