r"""The triple product bound with both angles taken at B, repaired by the second singular value of B.

**Claim.** For all real A (m×n), B (n×p), C (p×q), all 1 ≤ r1 ≤ min(m, n), 1 ≤ r2 ≤ min(p, q) and every choice of
singular vectors: σ₁(ABC) ≥ σ_{r1}(A) σ_{r2}(C) (σ₁(B) cos θ₁ cos θ₂ − σ₂(B) sin θ₁ sin θ₂), with θ₁ the angle between
u₁(B) and the top r1 right singular vectors of A, θ₂ that between v₁(B) and the top r2 left singular vectors of C.

**Assumes.** u₁(B) and v₁(B) are a pair, as one decomposition gives them. Without the term in σ₂ (mutant
`second_term_dropped`) it is the false reading `triple_independent`.

**Tight when**, for one, A and C have rank one, r1 = r2 = 1, and B is 2×2 with the two cross terms of opposite sign:
A = [1 1], B = diag(2, 1), C = [1 −1]ᵀ gives 1 = 1.

**Not claimed.** That the right side is positive: it is vacuous when σ₂(B) tan θ₁ tan θ₂ ≥ σ₁(B).

**Degenerate cases.** σ₂(B) = 0 for scalars and rank one; a zero factor gives 0 ≥ 0.

**Source.** Ours; derivation in proofs/singular/triple_gap.py.
"""

from specbound.core.instance import Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import TRIPLE_WITH_RANKS, norm_of_triple, product_of_norms
from specbound.statements.singular.triple_sequential import with_independent_angle


def rhs(x: Instance) -> Scalar:
    return _bound(x, second=1)


def _bound(x: Instance, second: int) -> Scalar:
    ops = x.ops
    a, b, c = ops.svd(x.A), ops.svd(x.B), ops.svd(x.C)
    left, right = a.right(x.r1), c.left(x.r2)
    aligned = b.value(0) * ops.cosine(left, b.left(1)) * ops.cosine(right, b.right(1))
    across = b.value(second) * ops.sine(left, b.left(1)) * ops.sine(right, b.right(1))
    return a.value(x.r1 - 1) * c.value(x.r2 - 1) * (aligned - across)


statement = Statement(
    id="triple_gap",
    area="singular",
    claim=r"\forall A, B, C,\ r_1 \le \min(m,n),\ r_2 \le \min(p,q):\ \sigma_1(ABC) \ge \sigma_{r_1}(A)\, "
    r"\sigma_{r_2}(C) \left(\sigma_1(B) \cos\theta_1 \cos\theta_2 - \sigma_2(B) \sin\theta_1 \sin\theta_2\right),\ "
    r"\theta_1 = \angle(u_1(B), V_{r_1}(A)),\ \theta_2 = \angle(v_1(B), U_{r_2}(C))",
    domain=TRIPLE_WITH_RANKS,
    lhs=norm_of_triple,
    relation=Relation.GE,
    rhs=rhs,
    scale=product_of_norms,
    source=Source("ours", place="proofs/singular/triple_gap.py"),
    attained=(
        Example(
            "the counterexample of triple_independent",
            {"A": [[1, 1]], "B": [[2, 0], [0, 1]], "C": [[1], [-1]], "r1": 1, "r2": 1},
        ),
        Example("scalars", {"A": [[2]], "B": [[-3]], "C": [[5]], "r1": 1, "r2": 1}),
        Example("no angle", {"A": [[1, 0]], "B": [[2, 0], [0, 1]], "C": [[1], [0]], "r1": 1, "r2": 1}),
        Example("zero", {"A": [[0]], "B": [[0]], "C": [[0]], "r1": 1, "r2": 1}),
    ),
    mutants=(
        Mutant(
            "second_term_dropped", r"without $\sigma_2(B) \sin\theta_1 \sin\theta_2$", {"rhs": with_independent_angle}
        ),
        Mutant("index_shifted", r"$\sigma_3(B)$ in place of $\sigma_2(B)$", {"rhs": lambda x: _bound(x, second=2)}),
        Mutant("constant_tightened", r"1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
)
