"""``σ₁(H) = uᵀHv = (D⁻¹u)ᵀ DᵀHD (D⁻¹v) ≤ σ₁(DᵀHD) ‖D⁻¹u‖ ‖D⁻¹v‖``, and ``‖D⁻¹w‖ ≤ ‖D⁻¹‖`` for unit vectors."""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.limits.limit_general import inverse_of
from specbound.statements.limits.limit_general_level import locked, stretch


def derive(d: Derivation) -> None:
    x = d.instance
    n, inverse = x.D.shape[0], inverse_of(x)
    d.assume("nonsingular", (x.D * inverse, sympy.Identity(n)))
    u, v = (sympy.MatrixSymbol(name, n, 1) for name in "uv")
    attained = d.attained(x.H, right=v, left=u)
    lengths, shorter = [], []
    for vector in (u, v):
        length = d.norm(inverse * vector)
        squared = d.spectral_norm(inverse, right=vector, left=inverse * vector)
        lengths.append(length)
        shorter.append(d.cancel("‖D⁻¹w‖ ≤ ‖D⁻¹‖", stretch(x) - length, length, squared))
    through = d.spectral_norm(x.ops.compression(x.H, x.D, x.D), right=inverse * v, left=inverse * u)
    d.conclude({attained: 1, through: 1, shorter[0]: locked(x) * lengths[1], shorter[1]: locked(x) * stretch(x)})
