"""``D (DᵀD)⁻¹ Dᵀ = D D⁻¹ D⁻ᵀ Dᵀ = I``, so that D times a step is a step of the image."""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.limits.limit_general import inverse_of


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("nonsingular", (x.D * inverse_of(x), sympy.Identity(x.D.shape[0])))
    d.conclude_equal({}, {})
