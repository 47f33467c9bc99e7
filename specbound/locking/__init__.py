"""SpecDef, spectral deformation: rewriting linear layers so that the function stays and the curvature grows."""

from specbound.locking.checkpoint import lock_checkpoint, unlock_checkpoint
from specbound.locking.detection import FoundLock, inspect
from specbound.locking.layers import locked_layers, random_layers
from specbound.locking.loading import load_locked
from specbound.locking.lock import Locked, lock, unlock
from specbound.locking.module import LockedLinear
from specbound.locking.plan import Plan, most_curved_layers, plan

__all__ = [
    "FoundLock",
    "Locked",
    "LockedLinear",
    "Plan",
    "inspect",
    "load_locked",
    "lock",
    "lock_checkpoint",
    "locked_layers",
    "most_curved_layers",
    "plan",
    "random_layers",
    "unlock",
    "unlock_checkpoint",
]
