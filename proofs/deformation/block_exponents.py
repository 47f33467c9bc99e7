"""``‖PᵀDᵀMDR‖ ≤ α ‖PᵀMR‖``, ``R = I − PPᵀ``: it is ``α PᵀMR`` behind the contraction ``R E R``."""

import sympy

from proofs.deforming import columns, contracting, no_longer_than_one
from specbound.checks.symbolic import Derivation
from specbound.statements.deformation.block_exponents import one_side
from specbound.statements.deformations import deformed, scaling


def derive(d: Derivation) -> None:
    x = d.instance
    n, p = x.P.shape
    d.assume("orthonormal_columns", *columns(x.P))
    elsewhere = contracting(d, x.E)
    u, v = sympy.MatrixSymbol("u", p, 1), sympy.MatrixSymbol("v", n, 1)
    attained = d.attained(one_side(x, deformed(x)), right=v, left=u)
    _, shorter = no_longer_than_one(d, elsewhere, x.P, v)
    rest = scaling(x.ops, x.P, 0)
    before = one_side(x, x.M)
    through = d.spectral_norm(before, right=rest * x.E * rest * v, left=u)
    d.conclude({attained: 1, through: x.alpha, shorter: x.alpha * x.ops.singular_value(before, 0)})
