"""Choosing a lock before it is made: which layers, and the smallest α that closes a learning rate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from specbound.core.errors import InvalidInput
from specbound.curvature.data import Loss, batches, kept
from specbound.curvature.linear_maps import matrix_of
from specbound.curvature.operator import Operator
from specbound.curvature.predicted import compensator_curvature, predicted_curvature
from specbound.curvature.state import lent
from specbound.curvature.top import top_singular_value_of
from specbound.locking.layers import all_lockable, lockable, matching
from specbound.numeric.ops import NotAvailable


@dataclass(frozen=True)
class Plan:
    """The smallest α with which each of ``layers`` alone makes gradient descent unstable at the learning rate.

    ``curvatures``: λ_max(K) of every layer that was looked at, largest first, in the units of the loss; ``limit``:
    the curvature above which the optimizer is unstable at ``learning_rate``, in the same units.
    """

    alpha: float
    layers: tuple[str, ...]
    curvatures: Mapping[str, float]
    limit: float
    learning_rate: float


def plan(
    model: nn.Module,
    loss: Loss,
    data: Any,
    target_learning_rate: float,
    optimizer: type[torch.optim.Optimizer] = torch.optim.SGD,
    k: int = 25,
    layers: str | Iterable[str] = "*",
    n: int = 1,
    **optimizer_options: Any,
) -> Plan:
    """The smallest α whose lock makes the stable learning rate lie below a target, and the layers that carry it.

    A lock of a layer with α has ``λ_max(∇²L) ≥ α² λ_max(K)``, K computed on the unlocked model (``quadratic_law``). An
    optimizer that is unstable on a quadratic of curvature ``limit`` at the target is so at this point once
    ``α² λ_max(K) ≥ limit``.

    **Parameters.** ``model``, ``loss``, ``data``: as in :func:`specbound.top_singular_value`. ``target_learning_rate``:
    positive. ``optimizer``: ``torch.optim.SGD``, with ``momentum``, ``dampening``, ``nesterov``, ``weight_decay`` among
    the options. ``k``, ``layers``: as in :func:`specbound.lock`, the compensator after; layers whose weight is read
    instead of called, and those with fewer than k directions, are left out where a glob names them. ``n``: how many
    layers shall carry it, each by itself.
    **Returns.** A :class:`Plan`; α is at least 1.
    **Accuracy.** λ_max(K) to 1e-6. It is about this point and full batches: a step beyond the limit may also jump to a
    flatter place and go on, and a large curvature alone is no slowness (``uniform_scaling_is_no_lock``).
    **Raises.** :class:`InvalidInput` for a rate or options out of range, or where fewer than n layers have
    ``λ_max(K) > 0``: no α would do. :class:`~specbound.numeric.ops.NotAvailable` for other optimizers.
    **Source.** Polyak, *USSR Comput. Math. Math. Phys.* 4 (1964) 1–17, for momentum on quadratics; limits as in
    :func:`stability_limit_of_curvature`.

    >>> model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2)).double()
    >>> data = torch.eye(3, dtype=torch.float64), torch.zeros(3, 2, dtype=torch.float64)
    >>> found = plan(model, nn.functional.mse_loss, data, target_learning_rate=1e-6, k=1)
    >>> found.alpha**2 * found.curvatures[found.layers[0]] >= 2e6 * (1 - 1e-9)
    True
    """
    limit = stability_limit_of_curvature(target_learning_rate, optimizer, **optimizer_options)
    data = kept(data)
    found = {
        name: _largest_eigenvalue(compensator_curvature(model, loss, data, name, k))
        for name in _carriers(model, layers, k, data)
    }
    ranked = dict(sorted(found.items(), key=lambda item: -item[1]))
    carrying = [name for name, value in ranked.items() if value > 0][:n]
    if n < 1 or len(carrying) < n:
        raise InvalidInput(
            f"n = {n} layers; of {len(ranked)} a lock makes positive curvature grow in {len(carrying)}; take fewer, or "
            "other layers or data"
        )
    alpha = max(1.0, math.sqrt(limit / ranked[carrying[-1]]))
    return Plan(alpha, tuple(carrying), ranked, limit, target_learning_rate)


def most_curved_layers(
    model: nn.Module, loss: Loss, data: Any, n: int, k: int, layers: str | Iterable[str] = "*"
) -> list[str]:
    """The n layers with the largest predicted ``σ₁(K)``, largest first: where a lock makes curvature grow most.

    Parameters as in :func:`plan`. **Raises.** :class:`InvalidInput` for n that is not from 1 to their number.
    """
    data = kept(data)
    names = _carriers(model, layers, k, data)
    if not 1 <= n <= len(names):
        raise InvalidInput(f"n = {n}; required: from 1 to {len(names)}, the layers that can be locked and are called")
    found = {name: predicted_curvature(model, loss, data, name, k) for name in names}
    return sorted(found, key=lambda name: -found[name])[:n]


def stability_limit_of_curvature(
    learning_rate: float,
    optimizer: type[torch.optim.Optimizer] = torch.optim.SGD,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
) -> float:
    """The curvature λ beyond which an optimizer diverges on ``½ λ x²``: for rate η, momentum β and weight decay γ.

    ``(1 − dampening) η (λ + γ) < 2 (1 + β)``; with Nesterov's momentum ``η (λ + γ) < 2 (1 + β)/(1 + 2β)``.

    >>> stability_limit_of_curvature(0.1), round(stability_limit_of_curvature(0.1, momentum=0.9), 9)
    (20.0, 38.0)
    """
    if optimizer is not torch.optim.SGD:
        raise NotAvailable(
            f"what makes {optimizer.__name__} unstable is not a statement of the catalogue; take torch.optim.SGD"
        )
    if not (0 < learning_rate < math.inf):
        raise InvalidInput(f"the learning rate is {learning_rate!r}; required: a positive number")
    if not (0 <= momentum < 1 and 0 <= dampening < 1 and 0 <= weight_decay < math.inf):
        raise InvalidInput("momentum and dampening lie in [0, 1), weight decay is not negative; give such")
    if nesterov and not (momentum > 0 and dampening == 0):
        raise InvalidInput("Nesterov's momentum takes a momentum and no dampening, as in torch.optim.SGD")
    rate = learning_rate if momentum == 0 else (1 - dampening) * learning_rate
    factor = (1 + momentum) / (1 + 2 * momentum) if nesterov else 1 + momentum
    limit = 2 * factor / rate - weight_decay
    if limit <= 0:
        raise InvalidInput(f"weight decay of {weight_decay:g} alone is unstable at this learning rate; lower either")
    return limit


def _carriers(model: nn.Module, layers: str | Iterable[str], k: int, data: Any) -> list[str]:
    """The layers that are meant and that one forward pass calls once; those that are named by path, whatever."""
    patterns = [layers] if isinstance(layers, str) else list(layers)
    allowed, calls = set(all_lockable(model)), _calls(model, data)
    found = [name for name in matching(model, patterns) if name in patterns or (name in allowed and calls[name] == 1)]
    for name in found:
        lockable(model, name)
    wide = [name for name in found if name in patterns or min(matrix_of(model.get_submodule(name)).shape) >= k]
    if not wide:
        raise InvalidInput(f"no layer that is called once in a forward pass has k = {k} directions; take a smaller k")
    return wide


def _calls(model: nn.Module, data: Any) -> Mapping[str, int]:
    counts = dict.fromkeys((name for name, _ in model.named_modules()), 0)

    def count(name: str) -> Any:
        def hook(*_: Any) -> None:
            counts[name] += 1

        return hook

    hooks = [module.register_forward_hook(count(name)) for name, module in model.named_modules()]
    try:
        # Buffers are lent: what training mode writes to them is lost, as everywhere that a model is only looked at.
        with lent(model, ()), torch.no_grad():
            batches(data)[0].outputs(model)
    finally:
        for handle in hooks:
            handle.remove()
    return counts


def _largest_eigenvalue(operator: Operator) -> float:
    """λ_max of a symmetric operator: σ₁ where that has its sign, else by a shift that makes it the largest."""
    top = top_singular_value_of(operator)
    if float(top.left.double() @ top.right.double()) >= 0:
        return top.value

    def shifted(vector: Tensor) -> Tensor:
        return operator @ vector + top.value * vector

    moved = Operator(operator.shape, operator.dtype, operator.device, shifted, shifted)
    return top_singular_value_of(moved).value - top.value
