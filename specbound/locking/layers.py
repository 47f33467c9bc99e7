"""Which layers of a model are locked: by name or glob, at random, or where curvature will grow most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import nn

from specbound.core.errors import InvalidInput
from specbound.core.names import matching_names
from specbound.curvature.linear_maps import NAMES, is_linear_map, refuse_unusual
from specbound.locking.module import LockedLinear


def locks_in(model: nn.Module) -> dict[str, LockedLinear]:
    """The locked layers of a model, by module path."""
    return {name: module for name, module in model.named_modules() if isinstance(module, LockedLinear)}


def locked_layers(model: nn.Module) -> tuple[str, ...]:
    """The module paths of the locked layers of a model, in its order.

    >>> locked_layers(nn.Sequential(nn.Linear(2, 2)))
    ()
    """
    return tuple(locks_in(model))


def matching(model: nn.Module, layers: str | Iterable[str]) -> list[str]:
    """The module paths that match a pattern or any of several, in the model's order.

    A glob finds layers that can be locked, in kind, and are not; a name finds what it names.
    **Raises.** :class:`InvalidInput` for a pattern that matches nothing, or no pattern.
    """
    modules = dict(model.named_modules())
    candidates = [name for name, _ in _candidates(model)]
    found = matching_names("layer", [layers] if isinstance(layers, str) else layers, modules, candidates)
    if not found:
        raise InvalidInput(f"no layers are named; required: module paths of {NAMES}, or globs on them")
    return [name for name in modules if name in found]


def lockable(model: nn.Module, name: str) -> nn.Module:
    """The layer at that path; raises :class:`InvalidInput` where it cannot be locked."""
    layer = model.get_submodule(name)
    if isinstance(layer, LockedLinear) or _is_half(model, name):
        raise InvalidInput(f"{name} is locked already; unlock it first")
    if not is_linear_map(layer) or not name:
        raise InvalidInput(
            f"{name or 'the model itself'} is a {type(layer).__name__}; required: {NAMES}, inside a model"
        )
    try:
        refuse_unusual(layer)
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error}") from None
    weight = layer.get_parameter("weight")
    if not weight.is_floating_point():
        raise InvalidInput(f"{name} holds {weight.dtype}; required: a floating dtype, not a quantized one")
    sharing = [other for other, p in model.named_parameters(remove_duplicate=False) if p is weight]
    if len(sharing) > 1:
        raise InvalidInput(f"{name} shares its weight: {', '.join(sharing)}; a lock would act on one of them alone")
    return layer


def random_layers(model: nn.Module, n: int, seed: int = 0) -> list[str]:
    """The paths of n random layers among those that can be locked, in the model's order: the published choice.

    **Raises.** :class:`InvalidInput` for n that is not from 1 to their number.

    >>> random_layers(nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2)), 2)
    ['0', '2']
    """
    return drawn(list(all_lockable(model)), n, seed)


def drawn(layers: list[str], n: int, seed: int) -> list[str]:
    """n of the layers at random, in their order; raises :class:`InvalidInput` where there are not so many."""
    if not 1 <= n <= len(layers):
        raise InvalidInput(f"{n} random layers; required: from 1 to {len(layers)}, the layers that can be chosen")
    chosen = torch.randperm(len(layers), generator=torch.Generator().manual_seed(seed))[:n].tolist()
    return [layers[index] for index in sorted(chosen)]


def all_lockable(model: nn.Module) -> Iterator[str]:
    """The paths of all layers that can be locked."""
    for name, _ in _candidates(model):
        try:
            lockable(model, name)
        except InvalidInput:
            continue
        yield name


def put(model: nn.Module, name: str, module: nn.Module) -> None:
    """Puts a module at a path, in place of what is there."""
    parent, _, child = name.rpartition(".")
    setattr(model.get_submodule(parent), child, module)


def _candidates(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    for name, module in model.named_modules():
        if name and is_linear_map(module) and not _is_half(model, name):
            yield name, module


def _is_half(model: nn.Module, name: str) -> bool:
    """Whether a module is one of the two of a locked layer."""
    parent = name.rpartition(".")[0]
    return bool(parent) and isinstance(model.get_submodule(parent), LockedLinear)
