"""The published usual setting of a lock: 5 layers at random, 25 directions, α = 10⁴."""

from __future__ import annotations

from torch import nn

from specbound.locking.layers import all_lockable, drawn

ALPHA, K, LAYERS = 1e4, 25, 5


def usual_layers(model: nn.Module, seed: int) -> list[str]:
    """Layers at random, among those that have as many directions."""
    wide = [
        name for name in all_lockable(model) if min(model.get_submodule(name).get_parameter("weight").shape[:2]) >= K
    ]
    return drawn(wide, LAYERS, seed)
