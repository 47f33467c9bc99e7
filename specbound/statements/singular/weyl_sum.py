r"""Singular values of a sum are bounded by sums of singular values (Weyl).

**Claim.** For all real A, B of one shape and all i, j ≥ 1: σ_{i+j-1}(A+B) ≤ σ_i(A) + σ_j(B), with σ_k := 0 beyond the
smaller side. With j = 1 and A = (A+E) − E on either side it gives |σ_i(A+E) − σ_i(A)| ≤ ‖E‖.

**Assumes.** One shape for both matrices (else the sum does not exist); nothing else.

**Tight when** A and B share singular vectors so arranged that σ_i(A) and σ_j(B) meet in the (i+j-1)-th of the sum, as
for A = B, i = j = 1.

**Not claimed.** Anything about singular vectors, or a lower bound on σ(A+B).

**Degenerate cases.** Zero matrices and 1×1 give |a+b| ≤ |a|+|b|; i or j beyond the smaller side pads with zero.

**Source.** Horn & Johnson, *Topics in Matrix Analysis* (1991), Theorem 3.3.16(a).
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import SAME_SHAPE, past_the_smaller_side, sum_of_norms


def lhs(x: Instance) -> Scalar:
    # 0-based i and j: i + j here is i + j − 1 of the claim.
    return x.ops.singular_value(x.ops.sum(x.A, x.B), x.i + x.j)


def rhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.A, x.i) + x.ops.singular_value(x.B, x.j)


statement = Statement(
    id="weyl_sum",
    area="singular",
    claim=r"\forall A, B \in \mathbb{R}^{m \times n},\ i, j \ge 1:\ "
    r"\sigma_{i+j-1}(A+B) \le \sigma_i(A) + \sigma_j(B)",
    domain=Domain(
        matrices=SAME_SHAPE,
        indices={"i": past_the_smaller_side("m", "n"), "j": past_the_smaller_side("m", "n")},
    ),
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=sum_of_norms,
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "Theorem 3.3.16(a)"),
    attained=(
        Example("A = B", {"A": [[2, 0], [0, 1]], "B": [[2, 0], [0, 1]], "i": 0, "j": 0}),
        Example("the second of A meets the first of B", {"A": [[3, 0], [0, 1]], "B": [[0, 0], [0, 1]], "i": 1, "j": 0}),
        Example("scalars of one sign", {"A": [[1]], "B": [[2]], "i": 0, "j": 0}),
        Example("zero", {"A": [[0, 0]], "B": [[0, 0]], "i": 0, "j": 0}),
    ),
    mutants=(
        Mutant(
            "index_shifted",
            r"$\sigma_{i+1}(A)$ in place of $\sigma_i(A)$",
            {"rhs": lambda x: x.ops.singular_value(x.A, x.i + 1) + x.ops.singular_value(x.B, x.j)},
        ),
        Mutant("constant_tightened", r"0.99 times the right side", {"rhs": lambda x: rhs(x) * 99 / 100}),
    ),
)
