"""``∂²L_chain(α)[XUᵀ, YUᵀ] = β² ∂²L_chain(1)[XUᵀ, YUᵀ]``: C leaves X, and ``Uᵀ S = β Uᵀ``."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("orthonormal_columns", *columns(x.U, x.V))
    d.conclude_equal({}, {})
