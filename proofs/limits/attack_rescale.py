"""``∂²L(C W̃, I) = ∂²L(W, I)``: ``C W̃ = T⁻¹ T W``."""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.limits.attack_rescale import inverse_of


def derive(d: Derivation) -> None:
    x = d.instance
    inverse = inverse_of(x)
    d.assume("nonsingular", (inverse * x.T, sympy.Identity(x.T.shape[0])))
    d.conclude_equal({}, {})
