"""``‖R DᵀMD R‖ ≤ ‖R M R‖``, ``R = I − PPᵀ``: it is ``R M R`` between two contractions ``R E R``."""

import sympy

from proofs.deforming import columns, contracting, no_longer_than_one
from specbound.checks.symbolic import Derivation
from specbound.statements.deformation.block_exponents_rest import neither_side
from specbound.statements.deformations import deformed, scaling


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("orthonormal_columns", *columns(x.P))
    elsewhere = contracting(d, x.E)
    u, v = (sympy.MatrixSymbol(name, x.M.shape[0], 1) for name in "uv")
    attained = d.attained(neither_side(x, deformed(x)), right=v, left=u)
    (_, shorter_u), (length_v, shorter_v) = (no_longer_than_one(d, elsewhere, x.P, w) for w in (u, v))
    rest = scaling(x.ops, x.P, 0)
    before = neither_side(x, x.M)
    through = d.spectral_norm(before, right=rest * x.E * rest * v, left=rest * x.E * rest * u)
    norm = x.ops.singular_value(before, 0)
    d.conclude({attained: 1, through: 1, shorter_v: norm, shorter_u: norm * length_v})
