"""Multiplying each pair back into one weight."""

from __future__ import annotations

from typing import Any

from torch import nn

from specbound.attacks.attacked import Attacked, attacked, in_each_pair
from specbound.locking.module import LockedLinear


def merge(model: nn.Module, inputs: Any = None, tolerance: float | None = None) -> Attacked:
    """Puts ``C W̃``, computed in float64 and rounded once, in the place of each pair: the base model (``attack_merge``).

    **Parameters.** ``model``: with locks; it is not changed. ``inputs``, ``tolerance``: what the function is compared
    on, and how far it may be off, as in :func:`~specbound.attacks.attacked.attacked`.
    **Returns.** An :class:`~specbound.attacks.attacked.Attacked`; fewer parameters than the locked model.
    **Raises.** :class:`~specbound.core.errors.InvalidInput` for a model without locks, and where the function moves.
    **Source.** Rosati et al., ICML 2026, section 4, as others report it: an adversary may combine the layers.

    >>> from specbound.locking import lock
    >>> model = nn.Sequential(nn.Linear(4, 3))
    >>> _ = lock(model, "0", alpha=100.0, k=1)
    >>> found = merge(model)
    >>> found.trainable, found.cost.parameters
    (('0.weight', '0.bias'), -9)
    """
    knowledge = "which pairs of layers are locks"
    return attacked("merge", knowledge, model, in_each_pair("merge", LockedLinear.unlocked), inputs, tolerance)
