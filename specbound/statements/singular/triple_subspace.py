r"""The triple product bound through the top k singular vectors of B together: what inflating k values needs.

**Claim.** For all real A (m×n), B (n×p), C (p×q), all 1 ≤ r1 ≤ min(m, n), 1 ≤ r2 ≤ min(p, q), 1 ≤ k ≤ min(n, p) and
every choice of singular vectors: σ₁(ABC) ≥ σ_{r1}(A) σ_{r2}(C) (‖X Σ_k(B) Y‖ − σ_{k+1}(B)), X = V_{r1}(A)ᵀ U_k(B),
Y = V_k(B)ᵀ U_{r2}(C). The matrix X Σ_k(B) Y is V_{r1}(A)ᵀ B_k U_{r2}(C), B_k the truncation of B to its top k singular
values: that is how it is computed. Multiplying the top k singular values of B by α makes the right side grow like α,
unless X Σ_k(B) Y = 0.

**Assumes.** Nothing. What B has beyond its top k must be taken off (mutant `rest_dropped`).

**Tight when**, for one, A and C are identities and B has rank k.

**Not claimed.** That the right side is positive, or better than `triple_gap`: at the counterexample of
`triple_independent`, k = 1, the latter is attained and this reads 1 ≥ 0.

**Degenerate cases.** k = min(n, p) leaves nothing over: σ_{k+1}(B) = 0; a zero factor gives 0 ≥ 0.

**Source.** Ours; derivation in proofs/singular/triple_subspace.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import TRIPLE_WITH_RANKS, norm_of_triple, product_of_norms, smaller_side


def rhs(x: Instance) -> Scalar:
    return _bound(x, x.k)


def without_rest(x: Instance) -> Scalar:
    return _outer(x) * _through_top(x)


def _bound(x: Instance, beyond: int) -> Scalar:
    return _outer(x) * (_through_top(x) - x.ops.singular_value(x.B, beyond))


def _outer(x: Instance) -> Scalar:
    return x.ops.singular_value(x.A, x.r1 - 1) * x.ops.singular_value(x.C, x.r2 - 1)


def _through_top(x: Instance) -> Scalar:
    ops = x.ops
    through = ops.compression(ops.svd(x.B).truncated(x.k), ops.svd(x.A).right(x.r1), ops.svd(x.C).left(x.r2))
    return ops.singular_value(through, 0)


statement = Statement(
    id="triple_subspace",
    area="singular",
    claim=r"\forall A, B, C,\ r_1 \le \min(m,n),\ r_2 \le \min(p,q),\ k \le \min(n,p):\ \sigma_1(ABC) \ge "
    r"\sigma_{r_1}(A)\, \sigma_{r_2}(C) \left(\lVert X \Sigma_k(B) Y \rVert - \sigma_{k+1}(B)\right),\ "
    r"X = V_{r_1}(A)^\top U_k(B),\ Y = V_k(B)^\top U_{r_2}(C)",
    domain=Domain(TRIPLE_WITH_RANKS.matrices, {**TRIPLE_WITH_RANKS.indices, "k": smaller_side("n", "p")}),
    lhs=norm_of_triple,
    relation=Relation.GE,
    rhs=rhs,
    scale=product_of_norms,
    source=Source("ours", place="proofs/singular/triple_subspace.py"),
    attained=(
        Example(
            "identities around rank one",
            {"A": [[1, 0], [0, 1]], "B": [[2, 0], [0, 0]], "C": [[1, 0], [0, 1]], "r1": 2, "r2": 2, "k": 1},
        ),
        Example("scalars", {"A": [[2]], "B": [[-3]], "C": [[5]], "r1": 1, "r2": 1, "k": 1}),
        Example(
            "a row and a column", {"A": [[1, 0]], "B": [[2, 0], [0, 1]], "C": [[1], [0]], "r1": 1, "r2": 1, "k": 2}
        ),
        Example("zero", {"A": [[0]], "B": [[0]], "C": [[0]], "r1": 1, "r2": 1, "k": 1}),
    ),
    mutants=(
        Mutant("rest_dropped", r"without $\sigma_{k+1}(B)$", {"rhs": without_rest}),
        Mutant(
            "index_shifted", r"$\sigma_{k+2}(B)$ in place of $\sigma_{k+1}(B)$", {"rhs": lambda x: _bound(x, x.k + 1)}
        ),
        Mutant("constant_tightened", r"1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
)
