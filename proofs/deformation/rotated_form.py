"""``∂²L(QᵀW̃, CQ)[v, w] = ∂²L(W̃, C)[Dv, Dw]``: ``C Q Qᵀ W̃ = C W̃``, and the product rule."""

from proofs.deforming import orthogonal
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *orthogonal(d.instance.Q))
    d.conclude_equal({}, {})
