r"""No matrix of rank k is nearer in Frobenius norm than the truncation to the top k singular values (Eckart, Young).

**Claim.** For all real A, B of one shape and all 1 ≤ k ≤ min(m, n): ‖A − B_k‖_F² ≥ Σ_{i>k} σ_i(A)², where B_k is B
truncated to its top k singular values, so any matrix of rank at most k.

**Assumes.** One shape; rank at most k (mutant `one_rank_more`).

**Tight when** B = A.

**Not claimed.** That the nearest matrix is unique: it is not where σ_k(A) = σ_{k+1}(A).

**Degenerate cases.** k = min(m, n) leaves an empty sum: it reads ≥ 0.

**Source.** Eckart & Young, *Psychometrika* 1 (1936), 211–218; derivation from Mirsky's theorem in
proofs/singular/eckart_young_frobenius.py.
"""

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import SAME_SHAPE, smaller_side, sum_of_norms

ONE_VALUE_LEFT = Domain(SAME_SHAPE, {"k": Index(1, lambda sizes: min(sizes["m"], sizes["n"]) - 1)})


def lhs(x: Instance) -> Scalar:
    return _distance(x, x.k)


def rhs(x: Instance) -> Scalar:
    values = x.ops.singular_values(x.A)
    return x.ops.sum_over(lambda i: values.value(x.k + i) ** 2, values.count - x.k)


def _distance(x: Instance, rank: int) -> Scalar:
    return x.ops.frobenius_norm(x.ops.difference(x.A, x.ops.svd(x.B).truncated(rank))) ** 2


statement = Statement(
    id="eckart_young_frobenius",
    area="singular",
    claim=r"\forall A, B \in \mathbb{R}^{m \times n},\ k \le \min(m, n):\ "
    r"\lVert A - B_k \rVert_F^2 \ge \sum_{i > k} \sigma_i(A)^2",
    domain=Domain(SAME_SHAPE, {"k": smaller_side("m", "n")}),
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=lambda x: sum_of_norms(x) ** 2,
    source=Source("Eckart & Young", "The approximation of one matrix by another of lower rank", 1936),
    attained=(
        Example("B = A", {"A": [[3, 0], [0, 1]], "B": [[3, 0], [0, 1]], "k": 1}),
        Example(
            "two values beyond",
            {"A": [[3, 0, 0], [0, 2, 0], [0, 0, 1]], "B": [[3, 0, 0], [0, 1, 0], [0, 0, 1]], "k": 1},
        ),
        Example("scalars, full rank", {"A": [[2]], "B": [[2]], "k": 1}),
    ),
    mutants=(
        Mutant(
            "one_rank_more",
            "the truncation of B to k + 1 values",
            {"lhs": lambda x: _distance(x, x.k + 1), "domain": ONE_VALUE_LEFT},
        ),
        Mutant("constant_tightened", "1.1 times the right side", {"rhs": lambda x: rhs(x) * 11 / 10}),
    ),
)
