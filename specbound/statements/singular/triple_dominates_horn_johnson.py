r"""The best of the sequential readings is never below the bound by outer smallest singular values.

**Claim.** For all real A (m×n), B (n×p), C (p×q) and every choice of singular vectors: the maximum over r1 and r2 of
σ_{r1}(A) σ₁(B) σ_{r2}(C) cos θ₁ cos θ₂, the right side of `triple_sequential`, is at least σ_n(A) σ₁(B) σ_p(C), the
right side of `horn_johnson_triple`. So the former is the better bound on σ₁(ABC); and it can be positive where the
latter vanishes: it is positive exactly if A u₁(BC) ≠ 0 and Cᵀ v₁(B) ≠ 0, and B ≠ 0.

**Assumes.** The smallest singular values count columns of A and rows of C, as in `horn_johnson_triple`. With the
smallest *computed* values it is false (mutant `smallest_computed_value`).

**Tight when**, for one, A and C are multiples of orthogonal matrices.

**Not claimed.** That one choice of r1 and r2 does best for all matrices.

**Degenerate cases.** A wide A or a tall C: the right side is 0. A zero factor gives 0 ≥ 0.

**Source.** Ours; derivation in proofs/singular/triple_dominates_horn_johnson.py.
"""

from specbound.core.instance import Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import TRIPLE, product_of_norms
from specbound.statements.singular.horn_johnson_triple import rhs, with_smallest_computed


def lhs(x: Instance) -> Scalar:
    ops = x.ops
    a, b, c = ops.svd(x.A), ops.svd(x.B), ops.svd(x.C)
    u, v = ops.svd(ops.product(x.B, x.C)).left(1), b.right(1)
    past_a = ops.largest_over(lambda r: a.value(r) * ops.cosine(a.right(r + 1), u), a.count)
    past_c = ops.largest_over(lambda r: c.value(r) * ops.cosine(c.left(r + 1), v), c.count)
    return past_a * b.value(0) * past_c


statement = Statement(
    id="triple_dominates_horn_johnson",
    area="singular",
    claim=r"\forall A \in \mathbb{R}^{m \times n}, B \in \mathbb{R}^{n \times p}, C \in \mathbb{R}^{p \times q}:\ "
    r"\max_{r_1, r_2} \sigma_{r_1}(A)\, \sigma_1(B)\, \sigma_{r_2}(C) \cos\theta_1 \cos\theta_2 \ge "
    r"\sigma_n(A)\, \sigma_1(B)\, \sigma_p(C),\ "
    r"\theta_1 = \angle(u_1(BC), V_{r_1}(A)),\ \theta_2 = \angle(v_1(B), U_{r_2}(C))",
    domain=TRIPLE,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=product_of_norms,
    source=Source("ours", place="proofs/singular/triple_dominates_horn_johnson.py"),
    attained=(
        Example("A = C = I", {"A": [[1, 0], [0, 1]], "B": [[2, 0], [0, 1]], "C": [[1, 0], [0, 1]]}),
        Example("scalars", {"A": [[2]], "B": [[-3]], "C": [[5]]}),
        Example("both vanish", {"A": [[1, 0]], "B": [[0], [1]], "C": [[1]]}),
    ),
    mutants=(
        Mutant(
            "smallest_computed_value",
            r"$\sigma_{\min(m,n)}(A)$ and $\sigma_{\min(p,q)}(C)$ on the right",
            {"rhs": with_smallest_computed},
        ),
        Mutant("constant_tightened", r"1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
)
