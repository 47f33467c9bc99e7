r"""Through an inner dimension n that is no larger than the outer ones, all n singular values multiply exactly.

**Claim.** For all real A (m×n), B (n×p) with n ≤ min(m, p): Π_{i≤n} σ_i(AB) = Π_{i≤n} σ_i(A) σ_i(B).

**Assumes.** n ≤ min(m, p), so A tall and B wide, square factors included (`inner_dimension_smallest`). Otherwise a
product of the computed values is only bounded, by `horn_product` (mutant `any_shapes`), and one of n values is 0 = 0.

**Tight when** always: it is an equality.

**Not claimed.** Equality of the single values.

**Degenerate cases.** n = 1 is ‖abᵀ‖ = ‖a‖ ‖b‖; a rank below n gives 0 = 0.

**Source.** Horn & Johnson, *Topics in Matrix Analysis* (1991), Theorem 3.3.4, for square factors; QR factors of A and
of Bᵀ reduce the general case to it.
"""

from typing import Any

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import FACTORS, product_of_two_norms


def lhs(x: Instance) -> Scalar:
    values = x.ops.singular_values(x.ops.product(x.A, x.B))
    return x.ops.product_over(values.value, x.A.shape[-1])


def rhs(x: Instance) -> Scalar:
    a, b, n = x.ops.singular_values(x.A), x.ops.singular_values(x.B), x.A.shape[-1]
    return x.ops.product_over(a.value, n) * x.ops.product_over(b.value, n)


def scale(x: Instance) -> Scalar:
    return x.ops.product_over(lambda _: product_of_two_norms(x), x.A.shape[-1])


def all_values(x: Instance) -> Scalar:
    values = x.ops.singular_values(x.ops.product(x.A, x.B))
    return x.ops.product_over(values.value, values.count)


def of_all_values(x: Instance) -> Scalar:
    a, b = x.ops.singular_values(x.A), x.ops.singular_values(x.B)
    count = x.ops.singular_values(x.ops.product(x.A, x.B)).count
    return x.ops.product_over(a.value, count) * x.ops.product_over(b.value, count)


def inner_dimension_smallest(x: Instance) -> Any:
    return x.A.shape[-1] <= min(x.A.shape[-2], x.B.shape[-1])


statement = Statement(
    id="horn_product_equality",
    area="singular",
    claim=r"\forall A \in \mathbb{R}^{m \times n}, B \in \mathbb{R}^{n \times p},\ n \le \min(m, p):\ "
    r"\prod_{i \le n} \sigma_i(AB) = \prod_{i \le n} \sigma_i(A)\, \sigma_i(B)",
    domain=Domain(FACTORS),
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "Theorem 3.3.4"),
    assumptions=(
        Assumption(
            "inner_dimension_smallest",
            "a larger inner dimension lets AB lose what A and B have",
            inner_dimension_smallest,
        ),
    ),
    attained=(
        Example("square factors", {"A": [[1, 2], [0, 1]], "B": [[1, 0], [3, 2]]}),
        Example("a column and a row", {"A": [[1], [2]], "B": [[3, 1]]}),
        Example("rank-deficient", {"A": [[1, 1], [1, 1]], "B": [[1, 0], [3, 2]]}),
    ),
    mutants=(
        Mutant(
            "any_shapes",
            r"the product of all $\min(m, p)$ values of $AB$, whatever the shapes",
            {"assumptions": (), "lhs": all_values, "rhs": of_all_values},
        ),
        Mutant("constant_changed", r"1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
)
