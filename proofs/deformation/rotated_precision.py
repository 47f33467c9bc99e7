"""``‖fl(QD⁻¹) fl(DM) − QM‖_F``, M = QᵀW: ``|QD⁻¹| = |Q| D⁻¹`` and ``|DM| = D |M|``, so that D cancels."""

import sympy

from proofs.deforming import orthogonal
from specbound.checks.symbolic import Derivation, Fact
from specbound.core.instance import Instance
from specbound.numeric.ops import Array
from specbound.statements.deformation.precision_ceiling import error, stored
from specbound.statements.deformation.rotated_precision import compensator, diagonal, inverse, off, turned, weight

HIGHAM = "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. 2002, Lemma 6.6"
SIZES = ({"d": 1, "n": 1}, {"d": 2, "n": 1}, {"d": 2, "n": 3}, {"d": 3, "n": 2})


def derive(d: Derivation) -> None:
    x = d.instance
    norm, top = x.ops.frobenius_norm, lambda matrix: x.ops.singular_value(matrix, 0)
    identity = sympy.Identity(x.Q.shape[0])
    d.assume("orthonormal_columns", *orthogonal(x.Q))
    d.assume("nonsingular", (inverse(x) * diagonal(x), identity))
    d.assume("bounded")
    d.equal_at_sizes("X ∘ |QD⁻¹| = (X ∘ |Q|) D⁻¹", _rounded_compensator, _past_the_inverse, *SIZES)
    d.equal_at_sizes("Y ∘ |DM| = D (Y ∘ |M|)", _rounded_weight, _past_the_diagonal, *SIZES)

    m, of_q, of_m = turned(x), error(x, x.Q, x.X), error(x, turned(x), x.Y)
    smaller_q = d.cite("|A| ≤ B implies ‖A‖ ≤ ‖B‖", HIGHAM, top(x.ops.absolute(x.Q)) - top(of_q))
    smaller_m = d.cite("|A| ≤ |B| implies ‖A‖_F ≤ ‖B‖_F", HIGHAM, norm(m) - norm(of_m))
    fl_m = stored(x, m, x.Y)
    parts = (x.u, x.ops.product(x.Q, of_m)), (x.u, x.ops.product(of_q, fl_m))
    split = d.triangle(off(x, compensator(x), weight(x)), *parts)
    first, second, of_w = d.product_norm(x.Q, of_m), d.product_norm(of_q, fl_m), d.product_norm(x.Q.T, x.W)
    of_stored = d.triangle(fl_m, (1, m), (x.u, of_m))
    outer, inner = _at_most_one(d, x.Q, "pq"), _at_most_one(d, x.Q.T, "rs")
    # ‖Y∘|M|‖_F ≤ ‖M‖_F ≤ ‖W‖_F, and ‖fl(M)‖_F ≤ (1 + u) ‖W‖_F.
    shorter = d.combine("‖M‖_F ≤ ‖W‖_F", norm(x.W) - norm(m), {of_w: 1, inner: norm(x.W)})
    d.conclude(
        {
            split: 1,
            first: x.u,
            outer: x.u * norm(of_m),
            smaller_m: x.u + x.u**2 * top(of_q),
            second: x.u,
            of_stored: x.u * top(of_q),
            shorter: x.u + x.u * (1 + x.u) * top(of_q),
            smaller_q: x.u * (1 + x.u) * norm(x.W),
        }
    )


def _rounded_compensator(x: Instance) -> Array:
    return error(x, compensator(x), x.X)


def _past_the_inverse(x: Instance) -> Array:
    return x.ops.product(error(x, x.Q, x.X), inverse(x))


def _rounded_weight(x: Instance) -> Array:
    return error(x, weight(x), x.Y)


def _past_the_diagonal(x: Instance) -> Array:
    return x.ops.product(diagonal(x), error(x, turned(x), x.Y))


def _at_most_one(d: Derivation, matrix: sympy.MatrixExpr, names: str) -> Fact:
    """``‖Q‖ ≤ 1``: ``uᵀQv ≤ 1`` for unit vectors, since ``‖u − Qv‖² ≥ 0``."""
    u, v = (sympy.MatrixSymbol(name, matrix.shape[0], 1) for name in names)
    attained = d.attained(matrix, right=v, left=u)
    apart = d.square(d.norm(u - matrix * v))
    half = sympy.Rational(1, 2)
    return d.combine("‖Q‖ ≤ 1", 1 - d.instance.ops.singular_value(matrix, 0), {attained: 1, apart: half})
