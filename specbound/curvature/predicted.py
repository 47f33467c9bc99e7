"""The curvature that a lock will have, computed on the unlocked model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from specbound.core.errors import InvalidInput, unknown_name
from specbound.curvature.data import Loss, batches
from specbound.curvature.hessian import second_derivative
from specbound.curvature.linear_maps import NAMES, channels_last, is_linear_map, matrix_of, refuse_unusual
from specbound.curvature.objective import Objective
from specbound.curvature.operator import Operator
from specbound.curvature.parameters import chosen_parameters
from specbound.curvature.top import top_singular_value_of


def predicted_curvature(model: nn.Module, loss: Loss, data: Any, layer: str, k: int, tol: float = 1e-6) -> float:
    """``σ₁(K)``: a spectral deformation of ``layer`` by ``α`` in its top ``k`` directions makes ``σ₁(∇²L) ≥ α² σ₁(K)``.

    **Parameters.** ``model``: without a lock. ``loss``, ``data``, ``tol``: as in
    :func:`~specbound.curvature.top.top_singular_value`. ``layer``, ``k``: as in :func:`compensator_curvature`.
    **Returns.** A float in the units of the loss.
    **Accuracy**, **Raises.** As those two.
    """
    return top_singular_value_of(compensator_curvature(model, loss, data, layer, k), tol).value


def compensator_curvature(model: nn.Module, loss: Loss, data: Any, layer: str, k: int) -> Operator:
    """``K = Σ_{s,t} ∇²_{z_s z_t}L ⊗ (U_kᵀ W h_s)(U_kᵀ W h_t)ᵀ``, over samples and positions, of a linear layer.

    ``z = W h`` and ``U_k`` are the top ``k`` left singular vectors of ``W``. It is the Hessian in ``Δ`` at 0 once the
    layer computes ``(I + Δ U_kᵀ) W h + b``: that of an identity layer inserted behind ``W``, before the bias,
    restricted to its input directions ``U_k``.

    **Parameters.** ``layer``: the module path of an ``nn.Linear``, a convolution (as the map of an unfolded patch) or
    the ``Conv1D`` of transformers that is called once in a forward pass and whose weight is used nowhere else. ``k``:
    from 1 to ``min(d_out, d_in)``. Where ``σ_k = σ_{k+1}`` the choice of ``U_k`` is that of the decomposition.
    **Returns.** A symmetric operator of size ``d_out · k``, on ``Δ`` flattened by rows.
    **Raises.** :class:`~specbound.core.errors.InvalidInput` for any other layer or ``k``.
    """
    module, weight = _linear(model, layer)
    if not 1 <= k <= min(weight.shape):
        raise InvalidInput(
            f"k is {k}; {layer!r} of shape {tuple(weight.shape)} has directions 1 to {min(weight.shape)}"
        )
    left = torch.linalg.svd(weight.double(), full_matrices=False).U[:, :k].to(weight.dtype)
    shift = torch.zeros(len(weight), k, dtype=weight.dtype, device=weight.device, requires_grad=True)
    objective = Objective(model, loss, batches(data), (shift,), lambda: _inserted(model, module, layer, left, shift))
    return second_derivative(objective, objective.variables, objective.variables)


def _linear(model: nn.Module, layer: str) -> tuple[nn.Module, Tensor]:
    """The layer at that path and its matrix."""
    chosen_parameters(model, "*")
    modules = dict(model.named_modules())
    if layer not in modules:
        raise unknown_name("layer", layer, modules)
    module = modules[layer]
    if not is_linear_map(module):
        raise InvalidInput(f"{layer!r} is a {type(module).__name__}; required: {NAMES}")
    name = f"{layer}.weight" if layer else "weight"
    (weight,) = chosen_parameters(model, name).values()
    refuse_unusual(module)
    names = [other for other, tied in model.named_parameters(remove_duplicate=False) if tied is weight]
    if len(names) > 1:
        raise InvalidInput(f"the weight of {layer!r} is used at more than one site: {', '.join(names)}")
    return module, matrix_of(module).detach()


@contextmanager
def _inserted(model: nn.Module, module: nn.Module, layer: str, left: Tensor, shift: Tensor) -> Iterator[None]:
    """Within it, the layer's output has ``shift · leftᵀ · W h`` added, and each forward pass must call it once."""
    calls = 0

    def begin(*_: Any) -> None:
        nonlocal calls
        calls = 0

    def insert(_: nn.Module, __: Any, output: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        z = channels_last(module, output)
        bias = module._parameters.get("bias")
        if bias is not None:
            z = z - bias
        return output + channels_last(module, linear(linear(z, left.T), shift))

    def end(*_: Any) -> None:
        if calls != 1:
            raise InvalidInput(
                f"{layer!r} is called {calls} times in a forward pass; a layer that is called once is required "
                "(one whose weight is read by another module, as nn.MultiheadAttention does, is not called at all)"
            )

    hooks = (
        model.register_forward_pre_hook(begin),
        module.register_forward_hook(insert),
        model.register_forward_hook(end),
    )
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
