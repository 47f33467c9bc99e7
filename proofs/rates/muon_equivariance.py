"""``N(XQ) = N(X) Q``: between two factors XQ and (XQ)ᵀ stands ``QQᵀ = I``."""

from proofs.deforming import orthogonal
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *orthogonal(d.instance.Q))
    d.conclude_equal({}, {})
