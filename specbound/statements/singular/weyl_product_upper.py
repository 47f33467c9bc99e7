r"""Singular values of a product are bounded above by products of singular values.

**Claim.** For all real A (m×n), B (n×p) and all i, j ≥ 1: σ_{i+j-1}(AB) ≤ σ_i(A) σ_j(B), with σ_k := 0 beyond the
smaller side.

**Assumes.** Nothing beyond shapes.

**Tight when**, for one, A and B are diagonal and σ_i(A) meets σ_j(B) in the (i+j-1)-th of the product; A = B = I.

**Not claimed.** σ_i(AB) ≤ σ_i(A) σ_i(B): that is false for i > 1 (a mutant of `horn_product`).

**Degenerate cases.** i = j = 1 is ‖AB‖ ≤ ‖A‖ ‖B‖; i or j beyond the smaller side gives 0 ≤ 0.

**Source.** Horn & Johnson, *Topics in Matrix Analysis* (1991), Theorem 3.3.16; derivation in
proofs/singular/weyl_product_upper.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import FACTORS, past_the_smaller_side, product_of_two_norms


def lhs(x: Instance) -> Scalar:
    # 0-based i and j: i + j here is i + j − 1 of the claim.
    return x.ops.singular_value(x.ops.product(x.A, x.B), x.i + x.j)


def rhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.A, x.i) * x.ops.singular_value(x.B, x.j)


statement = Statement(
    id="weyl_product_upper",
    area="singular",
    claim=r"\forall A \in \mathbb{R}^{m \times n}, B \in \mathbb{R}^{n \times p},\ i, j \ge 1:\ "
    r"\sigma_{i+j-1}(AB) \le \sigma_i(A)\, \sigma_j(B)",
    domain=Domain(FACTORS, {"i": past_the_smaller_side("m", "n"), "j": past_the_smaller_side("n", "p")}),
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=product_of_two_norms,
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "Theorem 3.3.16"),
    attained=(
        Example("identities", {"A": [[1, 0], [0, 1]], "B": [[1, 0], [0, 1]], "i": 1, "j": 0}),
        Example("the second of A meets the first of B", {"A": [[2, 0], [0, 1]], "B": [[3, 0], [0, 6]], "i": 1, "j": 0}),
        Example("scalars", {"A": [[2]], "B": [[-3]], "i": 0, "j": 0}),
        Example("beyond the smaller side", {"A": [[1, 2]], "B": [[1], [0]], "i": 1, "j": 0}),
    ),
    mutants=(
        Mutant(
            "index_shifted",
            r"$\sigma_{i+1}(A)$ in place of $\sigma_i(A)$",
            {"rhs": lambda x: x.ops.singular_value(x.A, x.i + 1) * x.ops.singular_value(x.B, x.j)},
        ),
        Mutant("constant_tightened", r"0.99 times the right side", {"rhs": lambda x: rhs(x) * 99 / 100}),
    ),
)
