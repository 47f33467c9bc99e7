"""What the statements on finding a lock share: its compensator as it is stored, which may be off a little."""

from __future__ import annotations

from specbound.core.instance import Instance
from specbound.numeric.ops import Array, Scalar
from specbound.statements.spectra import compensator, size_of_compensator

STORED = {"U": ("d", "k"), "E": ("d", "d")}
"""Orthonormal columns that a lock inflates, and what its compensator is off by: by rounding, or by training."""


def stored(x: Instance) -> Array:
    """``Ĉ = C + E`` with ``C = I − (1 − 1/α) U Uᵀ``."""
    return x.ops.sum(compensator(x), x.E)


def change(x: Instance) -> Scalar:
    """``‖E‖``."""
    return x.ops.singular_value(x.E, 0)


def size_of_stored(x: Instance) -> Scalar:
    """A bound on the size of ``Ĉ`` and of what it is computed from."""
    return size_of_compensator(x) + x.ops.frobenius_norm(x.E)
