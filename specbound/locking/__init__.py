"""SpecDef, spectral deformation: rewriting linear layers so that the function stays and the curvature grows."""

from specbound.locking.layers import locked_layers, random_layers
from specbound.locking.lock import Locked, lock, unlock
from specbound.locking.module import LockedLinear

__all__ = ["Locked", "LockedLinear", "lock", "locked_layers", "random_layers", "unlock"]
