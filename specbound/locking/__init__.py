"""SpecDef, spectral deformation: rewriting linear layers so that the function stays and the curvature grows."""

from specbound.locking.lock import Locked, lock
from specbound.locking.module import LockedLinear

__all__ = ["Locked", "LockedLinear", "lock"]
