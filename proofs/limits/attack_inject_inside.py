"""``∂²L_attacked[QYUᵀ, QY2Uᵀ] = α² ∂²L_inserted[EQYUᵀ, EQY2Uᵀ]``: ``UᵀW̃ = αUᵀW`` and ``C Q = E Q``."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *columns(d.instance.U))
    d.conclude_equal({}, {})
