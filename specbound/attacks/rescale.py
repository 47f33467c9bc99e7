"""Moving all of each pair into its weight and leaving an identity: the architecture stays."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from specbound.attacks.attacked import Attacked, attacked, in_each_pair
from specbound.attacks.modules import product_of
from specbound.locking.module import LockedLinear


def rescale(model: nn.Module, inputs: Any = None, tolerance: float | None = None) -> Attacked:
    """Replaces ``(W̃, C)`` by ``(C W̃, I)``: the identity-inserted model, whatever α was (``attack_rescale``).

    **Parameters, Returns, Raises.** As :func:`~specbound.attacks.merge.merge`; no parameters are added.

    >>> from specbound.locking import lock
    >>> model = nn.Sequential(nn.Linear(4, 3))
    >>> _ = lock(model, "0", alpha=100.0, k=1)
    >>> rescale(model).model[0].compensator.weight.detach()
    tensor([[1., 0., 0.],
            [0., 1., 0.],
            [0., 0., 1.]])
    """

    def rescaled(pair: LockedLinear) -> LockedLinear:
        deformed, compensator = pair.matrices()
        return pair.with_matrices(product_of(pair).to(deformed), torch.eye(len(compensator)).to(compensator))

    knowledge = "which pairs of layers are locks"
    return attacked("rescale", knowledge, model, in_each_pair("rescale", rescaled), inputs, tolerance)
