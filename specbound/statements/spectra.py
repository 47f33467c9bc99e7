"""What the statements on the spectra of a locked pair share: the inflated weight, from its own singular vectors."""

from __future__ import annotations

from specbound.core.instance import Instance
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import scaling


def inflated_weight(x: Instance) -> Array:
    """``T W = W + (α − 1) U_k U_kᵀ W``: without the d×d matrix T, which is large for an embedding."""
    ops, columns = x.ops, x.ops.svd(x.W).left(x.k)
    top = ops.product(columns, ops.product(ops.transpose(columns), x.W))
    return ops.sum(x.W, ops.scaled(x.alpha - 1, top))


def size_of_inflated(x: Instance) -> Scalar:
    """``(1 + α) ‖W‖_F``."""
    return (1 + x.alpha) * x.ops.frobenius_norm(x.W)


def compensator(x: Instance) -> Array:
    """``T⁻¹ = I + (1/α − 1) U Uᵀ``."""
    return scaling(x.ops, x.U, 1 / x.alpha)


def size_of_compensator(x: Instance) -> Scalar:
    """A bound on the size of ``T⁻¹`` and of what it is computed from."""
    return 1 + (1 + 1 / x.alpha) * x.ops.frobenius_norm(x.U) ** 2
