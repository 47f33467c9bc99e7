"""SpecDef, spectral deformation: rewriting linear layers so that the function stays and the curvature grows."""

from specbound.locking.checkpoint import lock_checkpoint, unlock_checkpoint
from specbound.locking.detection import FoundLock, inspect
from specbound.locking.layers import locked_layers, random_layers
from specbound.locking.loading import load_locked
from specbound.locking.lock import Locked, lock, unlock
from specbound.locking.module import LockedLinear

__all__ = [
    "FoundLock",
    "Locked",
    "LockedLinear",
    "inspect",
    "load_locked",
    "lock",
    "lock_checkpoint",
    "locked_layers",
    "random_layers",
    "unlock",
    "unlock_checkpoint",
]
