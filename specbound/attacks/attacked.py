"""What every attack gives: a model that does the same, what of it is trained, with which optimizer, and the cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from specbound.attacks.cost import Cost, cost_of
from specbound.core.errors import InvalidInput
from specbound.curvature.linear_maps import CONVOLUTIONS
from specbound.locking.layers import locks_in, put
from specbound.locking.lock import outputs_of
from specbound.locking.module import LockedLinear
from specbound.locking.pair import PROBES, held_by, refuse_tolerance, relative_error

Optimizer: TypeAlias = str | type[torch.optim.Optimizer]
"""As :func:`specbound.fine_tune` takes it."""


def unchanged(optimizer: Optimizer) -> Optimizer:
    """The optimizer itself."""
    return optimizer


@dataclass(frozen=True)
class Attacked:
    """A model to be fine-tuned in place of a locked one.

    ``model``: computes the same function; ``requires_grad`` is set. ``trainable``: the names of what is trained.
    ``cost``: against the locked model. ``preservation_error``: how far outputs moved, relative, in norm.
    ``optimizer``: turns the optimizer that the attacker would use into the one to give to :func:`specbound.fine_tune`.
    """

    model: nn.Module
    trainable: tuple[str, ...]
    cost: Cost
    preservation_error: float
    optimizer: Callable[[Optimizer], Optimizer]


Change: TypeAlias = Callable[[nn.Module], Mapping[str, nn.Module]]
"""Given a copy of the model, which it may freeze, the modules to put into it, by module path."""


def attacked(
    name: str,
    knowledge: str,
    model: nn.Module,
    change: Change,
    inputs: Any = None,
    tolerance: float | None = None,
    update_flops: int = 0,
    held: int = 0,
    optimizer: Callable[[Optimizer], Optimizer] = unchanged,
) -> Attacked:
    """Changes a copy of a model, and refuses where that changes the function.

    **Parameters.** ``inputs``: of the model, on which its outputs are compared; without any, every module that was put
    in place of a locked layer is, on Gaussian inputs of variance 1. ``tolerance``: relative; default 1 %, or 20 unit
    roundoffs of the dtype where that is more.
    **Raises.** :class:`InvalidInput` where outputs are off by more, where nothing is left to train, and for parameters
    that are not finite.
    """
    refuse_tolerance(tolerance)
    _refuse_not_finite(name, model)
    copy = deepcopy(model)
    for path, module in change(copy).items():
        put(copy, path, module.train(model.training))
    trainable = tuple(path for path, parameter in copy.named_parameters() if parameter.requires_grad)
    if not trainable:
        raise InvalidInput(f"{name} leaves nothing to train; thaw what shall be trained with requires_grad first")
    with torch.no_grad():
        error = (
            _moved(model, copy) if inputs is None else relative_error(*(outputs_of(m, inputs) for m in (copy, model)))
        )
    allowed = tolerance or max(held_by(dtype) for dtype in _dtypes(model))
    if not error <= allowed:
        raise InvalidInput(
            f"{name} does not keep the function: outputs are off by {error:.1e} of themselves, allowed is "
            f"{allowed:.1e}; convert the locked model to a wider dtype first, or give the tolerance that you accept"
        )
    cost = cost_of(knowledge, model, copy, update_flops, held)
    return Attacked(copy, trainable, cost, error, optimizer)


def pairs_of(name: str, model: nn.Module) -> dict[str, LockedLinear]:
    """The locked layers of a model; raises :class:`InvalidInput` where there are none, or it is one itself."""
    found = locks_in(model)
    if not found:
        raise InvalidInput(f"{name} is an attack on locks, and the model has none; lock it first, with specbound.lock")
    if "" in found:
        raise InvalidInput(f"{name} puts other layers in the place of locks; required: a model that holds the lock")
    return found


def in_each_pair(name: str, replaced: Callable[[LockedLinear], nn.Module]) -> Change:
    """The change that puts another module in the place of each pair."""
    return lambda model: {path: replaced(pair) for path, pair in pairs_of(name, model).items()}


def _refuse_not_finite(name: str, model: nn.Module) -> None:
    for path, parameter in model.named_parameters():
        # torch cannot ask that of formats of eight bits.
        if parameter.element_size() > 1 and not bool(torch.isfinite(parameter.detach()).all()):
            raise InvalidInput(f"{name}: {path} holds numbers that are NaN or infinite; required: finite parameters")


def _dtypes(model: nn.Module) -> set[torch.dtype]:
    return {p.dtype for p in model.parameters() if p.is_floating_point()}


def _moved(before: nn.Module, after: nn.Module) -> float:
    """The largest relative distance of a locked layer's outputs from those of what is in its place."""
    errors = [0.0]
    for path, pair in locks_in(before).items():
        inputs = _probes(pair)
        errors.append(relative_error(after.get_submodule(path)(inputs), pair(inputs)))
    return max(errors)


def _probes(pair: LockedLinear) -> Tensor:
    """Gaussian inputs of the layer that was locked, of a convolution as large as its kernel and its padding need."""
    layer, weight = pair.layer, pair.locked.get_parameter("weight")
    shape = (layer.in_channels, *_extent(layer)) if isinstance(layer, CONVOLUTIONS) else (pair.matrix().shape[1],)
    drawn = torch.randn(PROBES, *shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return drawn.to(weight)


def _extent(layer: nn.Conv1d | nn.Conv2d | nn.Conv3d) -> list[int]:
    spans = [step * (size - 1) + 1 for size, step in zip(layer.kernel_size, layer.dilation, strict=True)]
    padding = [0] * len(spans) if isinstance(layer.padding, str) else layer.padding
    # Padding that reflects has to be less than what it reflects.
    return [max(span, beyond + 1) for span, beyond in zip(spans, padding, strict=True)]
