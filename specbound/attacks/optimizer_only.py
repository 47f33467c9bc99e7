"""Nothing but another optimizer, or another learning rate."""

from __future__ import annotations

from typing import Any

from torch import nn

from specbound.attacks.attacked import Attacked, attacked


def optimizer_only(model: nn.Module, inputs: Any = None, tolerance: float | None = None) -> Attacked:
    """Leaves the model as it is, with or without locks: what it costs to know nothing.

    How much each optimizer is slowed are the statements of the area ``rates``.
    **Parameters, Returns.** As :func:`~specbound.attacks.merge.merge`.

    >>> optimizer_only(nn.Sequential(nn.Linear(4, 3))).cost.parameters
    0
    """
    return attacked("optimizer_only", "nothing", model, lambda _: {}, inputs, tolerance)
