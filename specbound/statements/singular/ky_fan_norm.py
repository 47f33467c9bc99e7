r"""The sum of the top k singular values is a norm: it obeys the triangle inequality (Ky Fan).

**Claim.** For all real A, B of one shape and all 1 ≤ k ≤ min(m, n): Σ_{i≤k} σ_i(A+B) ≤ Σ_{i≤k} σ_i(A) + Σ_{i≤k} σ_i(B).

**Assumes.** One shape. It speaks of sums from the top: for single values it is false (mutant `value_by_value`).

**Tight when** A and B share singular vectors in the same order, as for B = cA with c ≥ 0.

**Not claimed.** The same for a sum that does not start at the first value. (Being positive and homogeneous is plain.)

**Degenerate cases.** k = 1 is the triangle inequality of the spectral norm, k = min(m, n) that of the nuclear norm.

**Source.** Horn & Johnson, *Topics in Matrix Analysis* (1991), Corollary 3.4.3.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.families import SAME_SHAPE, smaller_side, sum_of_norms


def _norm(x: Instance, matrix: Array) -> Scalar:
    return x.ops.sum_over(x.ops.singular_values(matrix).value, x.k)


def lhs(x: Instance) -> Scalar:
    return _norm(x, x.ops.sum(x.A, x.B))


def rhs(x: Instance) -> Scalar:
    return _norm(x, x.A) + _norm(x, x.B)


statement = Statement(
    id="ky_fan_norm",
    area="singular",
    claim=r"\forall A, B \in \mathbb{R}^{m \times n},\ k \le \min(m, n):\ "
    r"\sum_{i \le k} \sigma_i(A+B) \le \sum_{i \le k} \sigma_i(A) + \sum_{i \le k} \sigma_i(B)",
    domain=Domain(SAME_SHAPE, {"k": smaller_side("m", "n")}),
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=lambda x: x.k * sum_of_norms(x),
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "Corollary 3.4.3"),
    attained=(
        Example("A = B", {"A": [[2, 0], [0, 1]], "B": [[2, 0], [0, 1]], "k": 2}),
        Example("shared vectors, one order", {"A": [[3, 0, 0], [0, 1, 0]], "B": [[1, 0, 0], [0, 1, 0]], "k": 2}),
        Example("scalars of one sign", {"A": [[1]], "B": [[2]], "k": 1}),
        Example("zero", {"A": [[0, 0]], "B": [[0, 0]], "k": 1}),
    ),
    mutants=(
        Mutant(
            "value_by_value",
            r"$\sigma_k(A+B) \le \sigma_k(A) + \sigma_k(B)$",
            {
                "lhs": lambda x: x.ops.singular_value(x.ops.sum(x.A, x.B), x.k - 1),
                "rhs": lambda x: x.ops.singular_value(x.A, x.k - 1) + x.ops.singular_value(x.B, x.k - 1),
            },
        ),
        Mutant("constant_tightened", r"0.99 times the right side", {"rhs": lambda x: rhs(x) * 99 / 100}),
    ),
)
