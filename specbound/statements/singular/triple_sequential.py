r"""The spectral norm of a product of three is bounded below through two angles, the first taken at the product BC.

**Claim.** For all real A (m×n), B (n×p), C (p×q), all 1 ≤ r1 ≤ min(m, n), 1 ≤ r2 ≤ min(p, q) and every choice of
singular vectors: σ₁(ABC) ≥ σ_{r1}(A) σ₁(B) σ_{r2}(C) cos θ₁ cos θ₂, with θ₁ the angle between u₁(BC) and the top r1
right singular vectors of A, θ₂ that between v₁(B) and the top r2 left singular vectors of C.

**Assumes.** θ₁ is taken at the product BC. With u₁(B) in its place (mutant `independent_angle`) it is false: that is
the reading `triple_independent`.

**Tight when** A and C are multiples of orthogonal matrices and r1, r2 are full; or when A and C have rank one,
r1 = r2 = 1, and C meets B in its top pair alone, as for A = [1 1], B = e₁e₁ᵀ, C = e₁.

**Not claimed.** That θ₁ can be read off the factors one by one: it needs the product BC.

**Degenerate cases.** Rank-deficient factors keep the bound positive as long as A u₁(BC) ≠ 0 and Cᵀ v₁(B) ≠ 0, for the
best r1 and r2. A zero factor gives 0 ≥ 0.

**Source.** Ours; derivation in proofs/singular/triple_sequential.py. One of four readings of Theorem 3 of Rosati et
al. (2026), whose wording is known to us at second hand.
"""

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import TRIPLE, TRIPLE_WITH_RANKS, norm_of_triple, product_of_norms, smaller_side

ONE_VECTOR_LEFT = Domain(
    TRIPLE.matrices,
    {"r1": Index(1, lambda sizes: min(sizes["m"], sizes["n"]) - 1), "r2": smaller_side("p", "q")},
)


def rhs(x: Instance) -> Scalar:
    return _bound(x, last_of_a=x.r1)


def _bound(x: Instance, last_of_a: int) -> Scalar:
    ops = x.ops
    a, b, c, bc = ops.svd(x.A), ops.svd(x.B), ops.svd(x.C), ops.svd(ops.product(x.B, x.C))
    cos1 = ops.cosine(a.right(last_of_a), bc.left(1))
    cos2 = ops.cosine(c.left(x.r2), b.right(1))
    return a.value(x.r1 - 1) * b.value(0) * c.value(x.r2 - 1) * cos1 * cos2


def with_independent_angle(x: Instance) -> Scalar:
    ops = x.ops
    a, b, c = ops.svd(x.A), ops.svd(x.B), ops.svd(x.C)
    cos1, cos2 = ops.cosine(a.right(x.r1), b.left(1)), ops.cosine(c.left(x.r2), b.right(1))
    return a.value(x.r1 - 1) * b.value(0) * c.value(x.r2 - 1) * cos1 * cos2


statement = Statement(
    id="triple_sequential",
    area="singular",
    claim=r"\forall A, B, C,\ r_1 \le \min(m,n),\ r_2 \le \min(p,q):\ \sigma_1(ABC) \ge "
    r"\sigma_{r_1}(A)\, \sigma_1(B)\, \sigma_{r_2}(C) \cos\theta_1 \cos\theta_2,\ "
    r"\theta_1 = \angle(u_1(BC), V_{r_1}(A)),\ \theta_2 = \angle(v_1(B), U_{r_2}(C))",
    domain=TRIPLE_WITH_RANKS,
    lhs=norm_of_triple,
    relation=Relation.GE,
    rhs=rhs,
    scale=product_of_norms,
    source=Source("ours", place="proofs/singular/triple_sequential.py"),
    attained=(
        Example("A = C = I", {"A": [[1, 0], [0, 1]], "B": [[2, 0], [0, 1]], "C": [[1, 0], [0, 1]], "r1": 2, "r2": 2}),
        Example("a rank-one A along u₁(BC)", {"A": [[1, 0]], "B": [[2, 0], [0, 1]], "C": [[1], [0]], "r1": 1, "r2": 1}),
        Example("an angle of 45° at A", {"A": [[1, 1]], "B": [[1, 0], [0, 0]], "C": [[1], [0]], "r1": 1, "r2": 1}),
        Example("zero", {"A": [[0]], "B": [[0]], "C": [[0]], "r1": 1, "r2": 1}),
    ),
    mutants=(
        Mutant("independent_angle", "$u_1(B)$ in place of $u_1(BC)$", {"rhs": with_independent_angle}),
        Mutant(
            "index_shifted",
            "$V_{r_1+1}(A)$ in place of $V_{r_1}(A)$",
            {"rhs": lambda x: _bound(x, last_of_a=x.r1 + 1), "domain": ONE_VECTOR_LEFT},
        ),
        Mutant("constant_tightened", r"1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
)
