r"""The top k singular values of a product multiply to at most those of its factors (Horn).

**Claim.** For all real A (m×n), B (n×p) and all 1 ≤ k ≤ min(m, n, p): Π_{i≤k} σ_i(AB) ≤ Π_{i≤k} σ_i(A) σ_i(B).

**Assumes.** Nothing beyond shapes. It speaks of products from the top: for single values it is false (mutant
`value_by_value`).

**Tight when** the factors share singular vectors in order, as diagonal ones do; and always at k = n where n ≤
min(m, p): that is `horn_product_equality`.

**Not claimed.** Anything for a product of values that does not start at the first.

**Degenerate cases.** k = 1 is ‖AB‖ ≤ ‖A‖ ‖B‖; beyond the rank of AB the left side is 0.

**Source.** Horn & Johnson, *Topics in Matrix Analysis* (1991), Theorem 3.3.4.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import FACTORS, product_of_two_norms, smaller_side


def lhs(x: Instance) -> Scalar:
    values = x.ops.singular_values(x.ops.product(x.A, x.B))
    return x.ops.product_over(values.value, x.k)


def rhs(x: Instance) -> Scalar:
    a, b = x.ops.singular_values(x.A), x.ops.singular_values(x.B)
    return x.ops.product_over(a.value, x.k) * x.ops.product_over(b.value, x.k)


def scale(x: Instance) -> Scalar:
    return x.ops.product_over(lambda _: product_of_two_norms(x), x.k)


statement = Statement(
    id="horn_product",
    area="singular",
    claim=r"\forall A \in \mathbb{R}^{m \times n}, B \in \mathbb{R}^{n \times p},\ k \le \min(m, n, p):\ "
    r"\prod_{i \le k} \sigma_i(AB) \le \prod_{i \le k} \sigma_i(A)\, \sigma_i(B)",
    domain=Domain(FACTORS, {"k": smaller_side("m", "n", "p")}),
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    equal_where=lambda x: x.k == x.A.shape[-1],
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "Theorem 3.3.4"),
    attained=(
        Example("diagonal", {"A": [[3, 0], [0, 1]], "B": [[2, 0], [0, 1]], "k": 1}),
        Example("all values of square factors", {"A": [[1, 2], [0, 1]], "B": [[1, 0], [3, 2]], "k": 2}),
        Example("inner dimension one", {"A": [[1], [2]], "B": [[3, 1]], "k": 1}),
        Example("zero", {"A": [[0]], "B": [[1]], "k": 1}),
    ),
    mutants=(
        Mutant(
            "value_by_value",
            r"$\sigma_k(AB) \le \sigma_k(A)\, \sigma_k(B)$",
            {
                "lhs": lambda x: x.ops.singular_value(x.ops.product(x.A, x.B), x.k - 1),
                "rhs": lambda x: x.ops.singular_value(x.A, x.k - 1) * x.ops.singular_value(x.B, x.k - 1),
                "scale": product_of_two_norms,
            },
        ),
        Mutant("constant_tightened", r"0.99 times the right side", {"rhs": lambda x: rhs(x) * 99 / 100}),
    ),
)
