"""``∂²L_locked[VX, VY] = α² ∂²L[VX, VY]``: ``T⁻¹ V = α V``."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *columns(d.instance.V))
    d.conclude_equal({}, {})
