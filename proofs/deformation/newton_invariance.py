"""``D (DᵀMD)⁻¹ Dᵀg = M⁻¹g``: both, put before ``zᵀ DᵀM``, are ``zᵀ Dᵀg``, and every yᵀ is of that form."""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.deformation.newton_invariance import gradient, hessian


def derive(d: Derivation) -> None:
    x = d.instance
    z = sympy.MatrixSymbol("z", *x.y.shape)
    locked, inserted = x.ops.solve(hessian(x), gradient(x)), x.ops.solve(x.M, x.g)
    d.given("Newton's steps", (hessian(x) * locked, gradient(x)), (x.M * inserted, x.g))
    d.assume("nonsingular", (x.y, x.M.T * x.D * z))
    d.conclude_equal({}, {})
