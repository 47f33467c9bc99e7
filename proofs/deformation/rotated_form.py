"""``∂²L(QᵀW̃, CQ)[v, w] = ∂²L(W̃, C)[Dv, Dw]``: ``C Q Qᵀ W̃ = C W̃``, and the product rule."""

import sympy

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    q = d.instance.Q
    # A square matrix with orthonormal columns has orthonormal rows.
    d.assume("orthonormal_columns", *columns(q), (q * q.T, sympy.Identity(q.shape[0])))
    d.conclude_equal({}, {})
