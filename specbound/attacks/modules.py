"""What is put in the place of a locked layer: linear maps in series and side by side."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import torch
from torch import Tensor, nn

from specbound.curvature.linear_maps import matrix_of
from specbound.locking.kinds import mixing, reading
from specbound.locking.module import LockedLinear, Replacement


class Series(nn.Module):
    """Maps by name, in the order in which they act."""

    def __init__(self, maps: Mapping[str, nn.Module]) -> None:
        super().__init__()
        for name, module in maps.items():
            self.add_module(name, module)

    def forward(self, inputs: Tensor) -> Tensor:
        for module in self.children():
            inputs = module(inputs)
        return inputs

    def matrix(self) -> Tensor:
        """All of them as one linear map."""
        return reduce(_behind, map(_matrix, self.children()))


class Sum(nn.Module):
    """A map and another beside it, whose outputs are added."""

    def __init__(self, kept: nn.Module, beside: nn.Module) -> None:
        super().__init__()
        self.kept, self.beside = kept, beside

    def forward(self, inputs: Tensor) -> Tensor:
        return self.kept(inputs) + self.beside(inputs)

    def matrix(self) -> Tensor:
        """Both as one linear map."""
        return _matrix(self.kept) + _matrix(self.beside)


class Rewritten(Replacement):
    """Other maps in the place of a locked pair, with the layer's bias behind."""

    def __init__(self, pair: LockedLinear, maps: nn.Module) -> None:
        super().__init__(pair.layer, pair.bias)
        self.maps = maps

    def mapped(self, inputs: Tensor) -> Tensor:
        return self.maps(inputs)

    def matrix(self) -> Tensor:
        return _matrix(self.maps)


def linear(weight: Tensor) -> nn.Linear:
    """A linear layer without bias that holds a weight, ``(d_out, d_in)``, as it is."""
    with torch.device("meta"):
        made = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    made.weight = nn.Parameter(weight)
    return made


def pair_frozen(pair: LockedLinear) -> Series:
    """The two maps of a pair as they are, neither trained."""
    names = ("locked", "compensator") if pair.side == "after" else ("compensator", "locked")
    return Series(dict(zip(names, pair.in_order(), strict=True))).requires_grad_(False)


def reader(pair: LockedLinear, matrix: Tensor) -> nn.Module:
    """A trainable map that reads what the layer reads, where and in the dtype that the pair is."""
    return reading(pair.layer, matrix.to(pair.locked.get_parameter("weight")))


def mixer(pair: LockedLinear, matrix: Tensor) -> nn.Module:
    """A trainable map on what some map of the layer puts out, where and in the dtype that the pair is."""
    return mixing(pair.layer, matrix.to(pair.locked.get_parameter("weight")))


def product_of(pair: LockedLinear) -> Tensor:
    """``C W̃``, or ``W̃ C``, in float64, ``(d_out, d_in)``."""
    first, second = (matrix_of(part).detach().to(torch.float64) for part in pair.in_order())
    return second @ first


def _matrix(module: nn.Module) -> Tensor:
    return module.matrix() if isinstance(module, Series | Sum) else matrix_of(module)


def _behind(product: Tensor, factor: Tensor) -> Tensor:
    """``F P``; of a convolution F behind a map of its channels, that map at every position of a patch."""
    patches = factor.unflatten(1, (len(product), -1))
    return torch.einsum("ocp,ci->oip", patches, product).flatten(1)
