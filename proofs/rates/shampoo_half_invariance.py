"""``GTᵀ (T GᵀG Tᵀ)⁻¹ T z = G (GᵀG)⁻¹ z``: along y with ``Gᵀy = GᵀG Tᵀ w`` both are ``wᵀ T z``."""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.rates.shampoo_half_invariance import gram, image, locked_gram


def derive(d: Derivation) -> None:
    x = d.instance
    of_locked, of_inserted = x.ops.solve(locked_gram(x), image(x)), x.ops.solve(gram(x), x.z)
    w = sympy.MatrixSymbol("w", *x.z.shape)
    d.given("what is solved for", (locked_gram(x) * of_locked, image(x)), (gram(x) * of_inserted, x.z))
    d.assume("nonsingular", (x.G.T * x.y, gram(x) * x.T.T * w))
    d.conclude_equal({}, {})
