"""Locking the linear layers of a model in place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import torch
from torch import nn

from specbound.core.errors import InvalidInput, unknown_name
from specbound.locking.deformation import FORMS, SIDES, spectral_deformation
from specbound.locking.module import LockedLinear


@dataclass(frozen=True)
class Locked:
    """What was locked: the module paths, and how far the pairs are from the weights that they replace.

    ``preservation_error``: the largest ``‖C W̃ − W‖_F / ‖W‖_F`` of all layers as stored, dimensionless.
    """

    layers: tuple[str, ...]
    preservation_error: float


def lock(
    model: nn.Module,
    layers: str | Iterable[str],
    alpha: float,
    k: int,
    form: str = "dense",
    side: str = "after",
    two_sided: bool = False,
) -> Locked:
    """Locks layers of a model in place: multiplies their top k singular values by α and inserts what undoes it.

    The function stays, up to rounding that grows with α in the dense form; the Hessian is that of the identity-inserted
    model (α = 1) after a linear change of variable (``deformation_congruence``).

    **Parameters.** ``layers``: module paths of ``nn.Linear`` layers, or globs on them. ``alpha``: a positive number; 1
    inserts an identity. ``k``: how many singular values, at most ``min(d_out, d_in)``. ``form``: dense (``T W``,
    ``T⁻¹``) or rotated (the same in a basis in which nothing cancels). ``side``: the compensator comes after the
    weight, or before. ``two_sided``: the last k directions are divided by α as well, ``2 k ≤ d``.
    **Returns.** A :class:`Locked`. The bias, where there is one, is added once, behind the pair.
    **Raises.** :class:`InvalidInput`, before anything is changed, for names that match nothing, layers that are no
    ``nn.Linear``, are locked already, or share their weight with another module, for α, k, form or side out of range,
    and where a weight is not finite in its own dtype once it is inflated.
    **Source.** Rosati et al., *Limits of Convergence-Rate Control for Open-Weight Safety*, ICML 2026: SpecDef.

    >>> model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)).double()
    >>> lock(model, "0", alpha=1000.0, k=1).layers
    ('0',)
    """
    for name, value, known in (("form", form, FORMS), ("side", side, SIDES)):
        if value not in known:
            raise unknown_name(name, value, known)
    names = matching(model, [layers] if isinstance(layers, str) else list(layers))
    replaced: dict[str, LockedLinear] = {}
    errors: list[float] = []
    for name in names:
        layer = lockable(model, name)
        try:
            deformation = spectral_deformation(layer.weight, alpha, k, side, two_sided)
        except InvalidInput as error:
            raise InvalidInput(f"{name}: {error}") from None
        replaced[name] = LockedLinear(layer, deformation, form)
        if not all(bool(torch.isfinite(p).all()) for p in replaced[name].parameters()):
            dtype = str(layer.weight.dtype).removeprefix("torch.")
            raise InvalidInput(f"{name}: alpha = {alpha:g} overflows {dtype}; take a smaller one, or a wider format")
        errors.append(_error(layer.weight, replaced[name]))
    for name, pair in replaced.items():
        parent, _, child = name.rpartition(".")
        setattr(model.get_submodule(parent), child, pair.train(model.get_submodule(name).training))
    return Locked(tuple(replaced), max(errors))


def matching(model: nn.Module, patterns: Sequence[str]) -> list[str]:
    """The module paths that match any of the patterns, in the model's order; a glob finds linear layers only.

    **Raises.** :class:`InvalidInput` for a pattern that matches nothing.
    """
    modules = dict(model.named_modules())
    linear = [name for name, module in modules.items() if isinstance(module, nn.Linear)]
    found: list[str] = []
    for pattern in patterns:
        hits = [pattern] if pattern in modules else [name for name in linear if fnmatchcase(name, pattern)]
        if not hits:
            raise unknown_name("layer", pattern, linear)
        found += hits
    if not found:
        raise InvalidInput("no layers are named; required: module paths of nn.Linear layers, or globs on them")
    return [name for name in modules if name in found]


def lockable(model: nn.Module, name: str) -> nn.Linear:
    """The layer at that path; raises :class:`InvalidInput` where it cannot be locked."""
    layer = model.get_submodule(name)
    if isinstance(layer, LockedLinear):
        raise InvalidInput(f"{name} is locked already; unlock it first")
    if not isinstance(layer, nn.Linear) or not name:
        raise InvalidInput(
            f"{name or 'the model itself'} is a {type(layer).__name__}; required: an nn.Linear inside a model"
        )
    sharing = [other for other, p in model.named_parameters(remove_duplicate=False) if p is layer.weight]
    if len(sharing) > 1:
        raise InvalidInput(f"{name} shares its weight: {', '.join(sharing)}; a lock would act on one of them alone")
    return layer


def _error(weight: torch.Tensor, pair: LockedLinear) -> float:
    """The relative distance of the pair's exact product from the weight; zero for a weight of zero."""
    with torch.no_grad():
        locked, compensator = (part.weight.to(torch.float64) for part in (pair.locked, pair.compensator))
        stored = compensator @ locked if pair.side == "after" else locked @ compensator
        exact = weight.to(torch.float64)
        norm = float(torch.linalg.norm(exact))
        return float(torch.linalg.norm(stored - exact)) / norm if norm else 0.0
