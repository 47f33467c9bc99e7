"""``(σ₁(DᵀMD) − α²κ)(σ₁(DᵀMD) − r) ≤ α²b²``: σ₁ = uᵀDᵀMDv, block by block, and a sum of four squares."""

import sympy

from proofs.deforming import beside, columns, contracting, grows_at_least
from specbound.checks.symbolic import Derivation
from specbound.statements.deformation.quadratic_law_upper import part_between, rest_part
from specbound.statements.deformations import deformed, scaling


def derive(d: Derivation) -> None:
    x = d.instance
    n = x.M.shape[0]
    d.assume("orthonormal_columns", *columns(x.P))
    elsewhere = contracting(d, x.E)
    kept, between, locked = x.ops.compression(x.M, x.P, x.P), part_between(x), deformed(x)
    top, kappa, b, r = (x.ops.singular_value(matrix, 0) for matrix in (locked, kept, between, rest_part(x)))
    at_least = grows_at_least(d)

    # Four lengths: of the inflated and of the other part of u and of v.
    u, v = (sympy.MatrixSymbol(name, n, 1) for name in "uv")
    attained = d.attained(locked, right=v, left=u)
    rest = scaling(x.ops, x.P, 0)
    u1, v1 = (d.norm(x.P.T * w) for w in (u, v))
    (u2, eu, shorter_u), (v2, _, shorter_v) = (beside(d, elsewhere, x.P, w) for w in (u, v))
    moved_u, moved_v = (rest * x.E * rest * w for w in (u, v))
    blocks = {
        d.spectral_norm(kept, right=x.P.T * v, left=x.P.T * u): x.alpha**2,
        d.spectral_norm(between, right=moved_v, left=x.P * x.P.T * u): x.alpha,
        d.spectral_norm(between, right=x.P * x.P.T * v, left=moved_u): x.alpha,
        d.spectral_norm(rest_part(x), right=moved_v, left=moved_u): 1,
        attained: 1,
        shorter_v: x.alpha * b * u1 + r * eu,
        shorter_u: x.alpha * b * v1 + r * v2,
    }
    big, cross = x.alpha**2 * kappa, x.alpha * b
    value = big * u1 * v1 + cross * (u1 * v2 + u2 * v1) + r * u2 * v2
    bounded = d.combine("σ₁ is at most the form of the 2×2 matrix", value - top, blocks)

    apart = {d.square(u1 - v1): big, d.square(u2 - v2): r, bounded: 2}
    form = 2 * cross * (u1 * v2 + u2 * v1) - (top - big) * (u1**2 + v1**2) - (top - r) * (u2**2 + v2**2)
    indefinite = d.combine("σ₁ I minus that matrix is not positive definite", form, apart)

    t = d.amount("t", at_least, solved_for=top)
    above, _ = d.parts("w", top - r, solved_for=r)
    pairs = [(t * u1, cross * v2), (t * v1, cross * u2), (above * v2, cross * u1), (above * u2, cross * v1)]
    squares = [d.square(one - other) for one, other in pairs]
    twice = d.combine(
        "w₊ (α²b² − t w₊) is a sum of squares",
        2 * above * (cross**2 - t * above),
        {**dict.fromkeys(squares, above), indefinite: above * t + above**2},
    )
    d.conclude({d.cancel("α²b² ≥ t w₊", 2 * (cross**2 - t * above), above, twice): sympy.Rational(1, 2)})
