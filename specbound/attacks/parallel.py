"""A weight of its own beside each frozen pair."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from specbound.attacks.attacked import Attacked, attacked, in_each_pair
from specbound.attacks.modules import Rewritten, Sum, pair_frozen, product_of, reader
from specbound.locking.module import LockedLinear


def parallel(model: nn.Module, inputs: Any = None, tolerance: float | None = None) -> Attacked:
    """Freezes each pair and adds ``Δ = 0`` beside it, ``z = (C W̃ + Δ) h``: base training (``attack_parallel``).

    **Parameters, Returns, Raises.** As :func:`~specbound.attacks.merge.merge`; ``d_out d_in`` parameters are added for
    each pair.

    >>> from specbound.locking import lock
    >>> model = nn.Sequential(nn.Linear(4, 3))
    >>> _ = lock(model, "0", alpha=100.0, k=1)
    >>> found = parallel(model)
    >>> found.trainable, found.cost.parameters
    (('0.bias', '0.maps.beside.weight'), 12)
    """

    def beside(pair: LockedLinear) -> nn.Module:
        return Rewritten(pair, Sum(pair_frozen(pair), reader(pair, torch.zeros_like(product_of(pair)))))

    return attacked("parallel", "where the pairs are", model, in_each_pair("parallel", beside), inputs, tolerance)
