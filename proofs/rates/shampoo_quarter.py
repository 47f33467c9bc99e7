"""``(PBPᵀ)⁻¹ P B² B⁻¹ z = P z``: put before ``wᵀ PBPᵀ`` both are ``wᵀ P B² B⁻¹ z``, and every yᵀ is of that form."""

import sympy

from proofs.deforming import orthogonal
from specbound.checks.symbolic import Derivation
from specbound.statements.rates.shampoo_quarter import gradient, root, turned


def derive(d: Derivation) -> None:
    x = d.instance
    left, right = x.ops.solve(turned(x, root(x)), gradient(x)), x.ops.solve(root(x), x.z)
    w = sympy.MatrixSymbol("w", *x.y.shape)
    d.assume("orthonormal_columns", *orthogonal(x.P))
    d.given("what the roots are solved for", (turned(x, root(x)) * left, gradient(x)))
    d.assume("nonsingular", (x.z, root(x) * right), (x.y, turned(x, root(x)) * w))
    d.conclude_equal({}, {})
