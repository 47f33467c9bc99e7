"""``∂²L_locked[v, w] = ∂²L_inserted[Dv, Dw]``: ``C W̃ = (C T)(T⁻¹ W̃)`` for any nonsingular A within the span of U."""

import sympy

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation
from specbound.statements.deformation.two_sided_lock import inverse_of


def derive(d: Derivation) -> None:
    x = d.instance
    inverse, identity = inverse_of(x), sympy.Identity(x.A.shape[0])
    d.assume("orthonormal_columns", *columns(x.U))
    d.assume("nonsingular", (x.A * inverse, identity), (inverse * x.A, identity))
    d.conclude_equal({}, {})
