"""Locking the layers of a model in place, and unlocking them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from specbound.core.errors import InvalidInput
from specbound.curvature.data import batches
from specbound.curvature.linear_maps import matrix_of
from specbound.locking.layers import lockable, locks_in, matching, put
from specbound.locking.module import LockedLinear
from specbound.locking.pair import Measure, Pair, Spec, make_pair, relative_error


@dataclass(frozen=True)
class Locked:
    """What was locked, and how far that moved the function.

    ``layers``: the module paths; ``forms``: dense or rotated, of each. ``preservation_error``: the largest relative
    distance of a layer's outputs from what they were, in norm, both in the layer's dtype. ``output_error``: that of
    the model's outputs, where inputs were given. ``ceiling``: a bound on ``‖C W̃ − W‖_F / ‖W‖_F`` for every layer
    (:func:`~specbound.locking.ceiling.unlocking_bound`). All are dimensionless.
    """

    layers: tuple[str, ...]
    forms: tuple[str, ...]
    preservation_error: float
    ceiling: float
    output_error: float | None = None


def lock(
    model: nn.Module,
    layers: str | Iterable[str],
    alpha: float,
    k: int,
    form: str = "dense",
    side: str = "after",
    two_sided: bool = False,
    inputs: Any = None,
    tolerance: float | None = None,
) -> Locked:
    """Locks layers of a model in place: multiplies their top k singular values by α and inserts what undoes it.

    The function stays, up to rounding that grows with α in the dense form; the Hessian is that of the identity-inserted
    model (α = 1) after a linear change of variable (``deformation_congruence``).

    **Parameters.** ``layers``: module paths, or globs on them, of ``nn.Linear``, ``nn.Conv1d`` to ``3d`` (as the linear
    map of an unfolded patch) or the ``Conv1D`` of transformers. ``alpha``: a positive number; 1 inserts an identity.
    ``k``: how many singular values, at most the rank. ``form``: dense (``T W``, ``T⁻¹``), rotated (the same in a
    basis in which nothing cancels), or auto: dense where the dtype holds it, else rotated. ``side``: the compensator
    comes after the weight, or before. ``two_sided``: the last k directions are divided by α as well, ``2 k ≤ d``.
    ``inputs``: of the model, as in :func:`specbound.top_singular_value`, on which the change is measured; without any,
    every layer is measured on Gaussian inputs of variance 1. ``tolerance``: how far outputs may be off, relative;
    default 1 %, or 20 unit roundoffs of a dtype in which that is more.
    **Returns.** A :class:`Locked`. The bias, where there is one, is added once, behind the pair.
    **Raises.** :class:`InvalidInput`, before anything is changed, for names that match nothing, layers of another kind,
    locked already, tied or quantized, for α, k, form or side out of range, and where the dtype cannot hold the lock:
    outputs off by more than the tolerance, or an overflow. The message names the largest α that would do.
    **Source.** Rosati et al., *Limits of Convergence-Rate Control for Open-Weight Safety*, ICML 2026: SpecDef.

    >>> model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)).double()
    >>> lock(model, "0", alpha=1000.0, k=1).layers
    ('0',)
    """
    spec = Spec(alpha, k, form, side, two_sided, tolerance)
    chosen = {name: lockable(model, name) for name in matching(model, layers)}
    before, seen = (None, {}) if inputs is None else _observed(model, chosen, inputs)
    pairs: dict[str, Pair] = {}
    for name, layer in chosen.items():
        measure = _on_inputs(layer, seen[name]) if inputs is not None else None
        dtype = layer.get_parameter("weight").dtype
        try:
            pairs[name] = make_pair(matrix_of(layer).detach(), spec, dtype, measure)
        except InvalidInput as error:
            raise InvalidInput(f"{name}: {error}") from None
    for name, pair in pairs.items():
        put(model, name, _locked(chosen[name], pair))
    error = None
    if before is not None:
        error = relative_error(outputs_of(model, inputs), before)
        allowed = max(spec.allowed(layer.get_parameter("weight").dtype) for layer in chosen.values())
        if error > allowed:
            for name, layer in chosen.items():
                put(model, name, layer)
            raise InvalidInput(
                f"the locked model's outputs are off by {error:.1e} of themselves, allowed is {allowed:.1e}; "
                "take a smaller alpha, fewer layers, or the form rotated"
            )
    return Locked(
        tuple(pairs),
        tuple(pair.form for pair in pairs.values()),
        max(pair.error for pair in pairs.values()),
        max(pair.ceiling for pair in pairs.values()),
        error,
    )


def unlock(model: nn.Module) -> tuple[str, ...]:
    """Merges every locked pair of a model back into one layer, in place, and returns their module paths.

    The weight is ``C W̃``, computed in float64 and rounded once: within ``Locked.ceiling`` of what it was.
    **Raises.** :class:`InvalidInput` for a model without locks.

    >>> model = nn.Sequential(nn.Linear(4, 3))
    >>> _ = lock(model, "0", alpha=1000.0, k=1, form="rotated")
    >>> unlock(model), model
    (('0',), Sequential(
      (0): Linear(in_features=4, out_features=3, bias=True)
    ))
    """
    found = locks_in(model)
    if not found:
        raise InvalidInput("the model has no locked layers; there is nothing to unlock")
    merged = {name: pair.unlocked() for name, pair in found.items()}
    for name, layer in merged.items():
        put(model, name, layer)
    return tuple(merged)


def _locked(layer: nn.Module, pair: Pair) -> LockedLinear:
    return LockedLinear(layer, pair.deformed, pair.compensator, pair.side).train(layer.training)


def _observed(model: nn.Module, layers: Mapping[str, nn.Module], inputs: Any) -> tuple[Tensor, dict[str, list[Tensor]]]:
    """The model's outputs, and the inputs that each of those layers is called with on the way."""
    seen: dict[str, list[Tensor]] = {name: [] for name in layers}
    hooks = [
        layer.register_forward_pre_hook(
            lambda _, args, kwargs, name=name: seen[name].append((*args, *kwargs.values())[0].detach()),
            with_kwargs=True,
        )
        for name, layer in layers.items()
    ]
    try:
        return outputs_of(model, inputs), seen
    finally:
        for hook in hooks:
            hook.remove()


def outputs_of(model: nn.Module, inputs: Any) -> Tensor:
    """What a model makes of inputs in evaluation mode, all tensors of it flat; every module keeps its mode."""
    (batch,) = batches((inputs, None))
    modes = {module: module.training for module in model.modules()}
    fast_path = torch.backends.mha.get_fastpath_enabled()
    try:
        # With padding, that of nn.TransformerEncoder shows its modules nested tensors, which they cannot add to others.
        torch.backends.mha.set_fastpath_enabled(False)
        with torch.no_grad():
            found = list(_tensors(batch.outputs(model.eval())))
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_path)
        for module, mode in modes.items():
            module.training = mode
    if not found:
        raise InvalidInput("the model's outputs hold no floating tensor, so a change of them cannot be measured")
    return torch.cat([tensor.reshape(-1) for tensor in found])


def _tensors(outputs: Any) -> Iterator[Tensor]:
    if isinstance(outputs, Tensor):
        if outputs.is_floating_point():
            yield outputs
    elif isinstance(outputs, Mapping):
        yield from _tensors(tuple(outputs.values()))
    elif isinstance(outputs, list | tuple):
        for part in outputs:
            yield from _tensors(part)


def _on_inputs(layer: nn.Module, seen: list[Tensor]) -> Measure | None:
    """Outputs are compared on the inputs that the layer was called with; None where it never was."""
    if not seen:
        return None
    with torch.no_grad():
        exact = torch.cat([layer(part).reshape(-1) for part in seen])

    def measure(deformed: Tensor, compensator: Tensor, side: str) -> float:
        pair = LockedLinear(layer, deformed, compensator, side)
        with torch.no_grad():
            return relative_error(torch.cat([pair(part).reshape(-1) for part in seen]), exact)

    return measure
