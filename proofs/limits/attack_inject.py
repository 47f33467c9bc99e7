"""``∂²L(B C W̃ A h) = ∂²L(B W A h)``: ``C W̃ = T⁻¹ T W = W`` stands between B and A in every term of the product rule."""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.limits.attack_inject import inverse_of


def derive(d: Derivation) -> None:
    d.assume("nonsingular", (inverse_of(d.instance) * d.instance.T, sympy.Identity(d.instance.T.shape[0])))
    d.conclude_equal({}, {})
