r"""No matrix of rank k is nearer in spectral norm than the truncation to the top k singular values (Eckart, Young).

**Claim.** For all real A, B of one shape and all 1 ≤ k ≤ min(m, n): ‖A − B_k‖ ≥ σ_{k+1}(A), where B_k is B truncated to
its top k singular values, so any matrix of rank at most k.

**Assumes.** One shape; rank at most k (mutant `one_rank_more`).

**Tight when** B = A.

**Not claimed.** That the nearest matrix is unique: in spectral norm it hardly ever is.

**Degenerate cases.** k = min(m, n) gives σ_{k+1}(A) = 0: it reads ≥ 0.

**Source.** Golub & Van Loan, *Matrix Computations*, 4th ed. (2013), Theorem 2.4.8; derivation in
proofs/singular/eckart_young.py.
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
    return x.ops.singular_value(x.A, x.k)


def _distance(x: Instance, rank: int) -> Scalar:
    return x.ops.singular_value(x.ops.difference(x.A, x.ops.svd(x.B).truncated(rank)), 0)


statement = Statement(
    id="eckart_young",
    area="singular",
    claim=r"\forall A, B \in \mathbb{R}^{m \times n},\ k \le \min(m, n):\ \lVert A - B_k \rVert \ge \sigma_{k+1}(A)",
    domain=Domain(SAME_SHAPE, {"k": smaller_side("m", "n")}),
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=sum_of_norms,
    source=Source("Golub & Van Loan", "Matrix Computations, 4th ed.", 2013, "Theorem 2.4.8"),
    attained=(
        Example("B = A", {"A": [[3, 0], [0, 1]], "B": [[3, 0], [0, 1]], "k": 1}),
        Example("another nearest matrix", {"A": [[3, 0], [0, 1]], "B": [[4, 0], [0, 0]], "k": 1}),
        Example("scalars, full rank", {"A": [[2]], "B": [[2]], "k": 1}),
    ),
    mutants=(
        Mutant(
            "one_rank_more",
            "the truncation of B to k + 1 values",
            {"lhs": lambda x: _distance(x, x.k + 1), "domain": ONE_VALUE_LEFT},
        ),
        Mutant(
            "index_shifted",
            r"$\sigma_k(A)$ in place of $\sigma_{k+1}(A)$",
            {"rhs": lambda x: x.ops.singular_value(x.A, x.k - 1)},
        ),
        Mutant("constant_tightened", "1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
)
