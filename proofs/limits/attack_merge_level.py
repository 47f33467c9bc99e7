"""``σ₁(VᵀMV) ≤ σ₁(M)``: at the unit vectors u, v where the left side is attained, Vu and Vv are unit vectors too."""

import sympy

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("orthonormal_columns", *columns(x.V))
    u, v = (sympy.MatrixSymbol(name, x.V.shape[1], 1) for name in "uv")
    attained = d.attained(x.ops.compression(x.M, x.V, x.V), right=v, left=u)
    d.conclude({attained: 1, d.spectral_norm(x.M, right=x.V * v, left=x.V * u): 1})
