"""``D (DᵀMD + λI)⁻¹ Dᵀg = (M + λ D⁻ᵀD⁻¹)⁻¹ g``: both, put before ``zᵀ Dᵀ (M + λ D⁻ᵀD⁻¹)``, are ``zᵀ Dᵀg``."""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.deformation.damping_favours_lock import (
    curvature,
    inserted_system,
    inverse,
    locked_gradient,
    locked_system,
    metric,
)


def derive(d: Derivation) -> None:
    x = d.instance
    n = x.D.shape[0]
    z = sympy.MatrixSymbol("z", n, 1)
    locked = x.ops.solve(locked_system(x), locked_gradient(x))
    inserted = x.ops.solve(inserted_system(x, metric(x)), x.g)
    m, inv = curvature(x), inverse(x)
    d.assume("nonsingular", (x.D * inv, sympy.Identity(n)), (inv * x.D, sympy.Identity(n)))
    d.given(
        "both steps",
        (x.D.T * m * x.D * locked, locked_gradient(x) - x.damping * locked),
        (m * inserted, x.g - x.damping * metric(x) * inserted),
    )
    form = inserted_system(x, metric(x)) * x.D * z
    d.given("z = D⁻¹ (M + λ D⁻ᵀD⁻¹)⁻¹ y, positive definite in between", (x.y, form))
    d.conclude_equal({}, {})
