"""Training all but the compensators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from specbound.attacks.attacked import Attacked, attacked, pairs_of


def freeze(model: nn.Module, inputs: Any = None, tolerance: float | None = None) -> Attacked:
    """Freezes every compensator: the curvature is at most that of the base model, for every α (``attack_freeze``).

    The k inflated output directions of a locked weight then move ``1/α²`` as far as in the base model, so hardly. On a
    two-sided lock it fails: what is divided by α there is inflated in the weight (``two_sided_lock_frozen``).

    **Parameters, Returns, Raises.** As :func:`~specbound.attacks.merge.merge`; nothing is added.

    >>> from specbound.locking import lock
    >>> model = nn.Sequential(nn.Linear(4, 3))
    >>> _ = lock(model, "0", alpha=100.0, k=1)
    >>> freeze(model).trainable
    ('0.bias', '0.locked.weight')
    """

    def held(copy: nn.Module) -> Mapping[str, nn.Module]:
        for pair in pairs_of("freeze", copy).values():
            pair.compensator.requires_grad_(False)
        return {}

    return attacked("freeze", "which layers are compensators", model, held, inputs, tolerance)
