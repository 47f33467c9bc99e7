"""The layers that are one linear map: which they are, and the matrix of each."""

from __future__ import annotations

import sys

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


def channels_last(module: nn.Module, tensor: Tensor) -> Tensor:
    """A view of such a layer's outputs with the outputs of the map along the last axis; of that view, the outputs."""
    axis = -1 - len(module.kernel_size) if isinstance(module, CONVOLUTIONS) else -1
    return tensor.transpose(axis, -1)


class Transposed(nn.Module):
    """``inputs · weight`` with a weight of shape (inputs, outputs), as the Conv1D of transformers keeps it."""

    weight: nn.Parameter

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs @ self.weight
