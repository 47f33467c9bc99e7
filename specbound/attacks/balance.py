"""Sharing the product of each pair out evenly between its two factors."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from specbound.attacks.attacked import Attacked, attacked, in_each_pair
from specbound.attacks.modules import product_of
from specbound.locking.module import LockedLinear


def balance(model: nn.Module, inputs: Any = None, tolerance: float | None = None) -> Attacked:
    """Replaces each pair by the balanced factors of its product ``U Σ Vᵀ``: the factors have singular values ``√σ``.

    They depend on the product alone, so not on α, and no pair with that product has smaller Frobenius norms
    (``attack_balance``). Compensators after the weight become ``U √Σ Uᵀ``, weights ``U √Σ Vᵀ``; before it, ``V √Σ Vᵀ``
    and ``U √Σ Vᵀ``: of all balanced pairs those nearest to the identity-inserted model's basis.

    **Parameters, Returns, Raises.** As :func:`~specbound.attacks.merge.merge`; no parameters are added. Neither α nor
    the directions of the lock are used.

    >>> from specbound.locking import lock
    >>> model = nn.Sequential(nn.Linear(4, 3)).double()
    >>> _ = lock(model, "0", alpha=100.0, k=1)
    >>> weight, compensator = balance(model).model[0].matrices()
    >>> bool(torch.allclose(weight @ weight.T, compensator.T @ compensator))
    True
    """

    def balanced(pair: LockedLinear) -> LockedLinear:
        deformed, compensator = pair.matrices()
        left, values, right = torch.linalg.svd(product_of(pair), full_matrices=False)
        root = values.sqrt()
        sides = left if pair.side == "after" else right.T
        return pair.with_matrices(((left * root) @ right).to(deformed), ((sides * root) @ sides.T).to(compensator))

    knowledge = "which pairs of layers are locks"
    return attacked("balance", knowledge, model, in_each_pair("balance", balanced), inputs, tolerance)
