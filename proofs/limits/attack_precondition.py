"""``T⁻¹ T² (C̃ᵀ g hᵀ) = T T⁻¹ Cᵀ g hᵀ`` and ``(g (T W h)ᵀ) T⁻² T = g (W h)ᵀ T T⁻¹``."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *columns(d.instance.U))
    d.conclude_equal({}, {})
