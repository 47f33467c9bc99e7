"""``∂²L_attacked(B, A) = ∂²L_inserted(B, AT)`` along mapped directions: ``(T⁻¹ + B A) T W = (I + B A T) W``."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *columns(d.instance.U))
    d.conclude_equal({}, {})
