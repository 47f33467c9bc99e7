r"""The triple product bound with both angles taken at B alone: a reading that is false.

**Claim.** For all real A (m×n), B (n×p), C (p×q) and all 1 ≤ r1 ≤ min(m, n), 1 ≤ r2 ≤ min(p, q):
σ₁(ABC) ≥ σ_{r1}(A) σ₁(B) σ_{r2}(C) cos θ₁ cos θ₂, with θ₁ the angle between u₁(B) and the top r1 right singular vectors
of A, θ₂ that between v₁(B) and the top r2 left singular vectors of C. It is *refuted*: A = [1 1], B = diag(2, 1),
C = [1 −1]ᵀ, r1 = r2 = 1 gives 1 ≥ 2.

**Assumes.** Both angles are defined: no choice of singular vectors is left, because the singular values at the cuts are
apart (`angles_defined`). That makes the reading weaker and its refutation stronger. Dropping it leaves the reading
just as false, so no mutant does. It does hold where σ₂(B) = 0 (then it is `triple_gap`) and where
r1 is the number of columns of A (then cos θ₁ = 1 and it is `triple_sequential`) or r2 the number of rows of C (the
same, transposed).

**Tight when** not asked: it is false.

**Not claimed.** That the published theorem is this reading; its wording is known to us at second hand, and may carry a
hypothesis that is not reported.

**Degenerate cases.** Scalars give equality.

**Source.** A reading of Theorem 3 of Rosati et al. (2026), as reported in public notes.
"""

from fractions import Fraction
from typing import Any

from specbound.core.instance import Instance
from specbound.core.statement import Assumption, Example, Expected, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Decomposition, Scalar
from specbound.statements.families import TRIPLE_WITH_RANKS, norm_of_triple, product_of_norms
from specbound.statements.singular.triple_sequential import with_independent_angle

GAP = 1e-3
"""How far apart two singular values must be for an angle between them to count as defined, relative to the larger."""


def angles_defined(x: Instance) -> Any:
    a, b, c = x.ops.svd(x.A), x.ops.svd(x.B), x.ops.svd(x.C)

    def cut(values: Decomposition, count: int) -> Any:
        return values.value(count) < (1 - GAP) * values.value(count - 1)

    return cut(a, x.r1) & cut(b, 1) & cut(c, x.r2)


def without_first_angle(x: Instance) -> Scalar:
    ops = x.ops
    a, b, c = ops.svd(x.A), ops.svd(x.B), ops.svd(x.C)
    return a.value(x.r1 - 1) * b.value(0) * c.value(x.r2 - 1) * ops.cosine(c.left(x.r2), b.right(1))


statement = Statement(
    id="triple_independent",
    area="singular",
    claim=r"\forall A, B, C,\ r_1 \le \min(m,n),\ r_2 \le \min(p,q):\ \sigma_1(ABC) \ge "
    r"\sigma_{r_1}(A)\, \sigma_1(B)\, \sigma_{r_2}(C) \cos\theta_1 \cos\theta_2,\ "
    r"\theta_1 = \angle(u_1(B), V_{r_1}(A)),\ \theta_2 = \angle(v_1(B), U_{r_2}(C))",
    domain=TRIPLE_WITH_RANKS,
    lhs=norm_of_triple,
    relation=Relation.GE,
    rhs=with_independent_angle,
    scale=product_of_norms,
    source=Source(
        "Rosati et al.",
        "Limits of Convergence-Rate Control for Open-Weight Safety",
        2026,
        "a reading of Theorem 3 as reported in notes",
    ),
    expected=Expected.REFUTED,
    assumptions=(
        Assumption(
            "angles_defined",
            "where singular values coincide an angle depends on the choice of vectors; the reading gets the benefit",
            angles_defined,
        ),
    ),
    refuted_by=(
        Example(
            "A = [1 1], B = diag(2, 1), C = [1 −1]ᵀ",
            {"A": [[1, 1]], "B": [[2, 0], [0, 1]], "C": [[1], [-1]], "r1": 1, "r2": 1},
        ),
        Example(
            "the same with rational singular values and cosines",
            {
                "A": [[Fraction(3, 5), Fraction(4, 5)]],
                "B": [[1, 0], [0, Fraction(1, 2)]],
                "C": [[Fraction(4, 5)], [Fraction(-3, 5)]],
                "r1": 1,
                "r2": 1,
            },
        ),
    ),
    mutants=(Mutant("angle_dropped", r"without $\cos\theta_1$", {"rhs": without_first_angle}),),
)
