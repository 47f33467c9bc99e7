r"""The singular values of two matrices are no further apart than the matrices in Frobenius norm (Mirsky).

**Claim.** For all real A, B of one shape: Σ_i (σ_i(A) − σ_i(B))² ≤ ‖A − B‖_F², values paired in descending order.

**Assumes.** One shape. The Frobenius norm on the right: the spectral norm is too small (mutant `spectral_norm`).

**Tight when** A and B share their singular vectors in the same order, as for B = cA with c ≥ 0.

**Not claimed.** Anything about singular vectors; for single values `weyl_sum` is sharper.

**Degenerate cases.** Scalars give (|a| − |b|)² ≤ (a − b)²; A = B gives 0 ≤ 0.

**Source.** Mirsky, *Quarterly Journal of Mathematics* 11 (1960), 50–59, Theorem 5.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import SAME_SHAPE, sum_of_norms


def lhs(x: Instance) -> Scalar:
    a, b = x.ops.singular_values(x.A), x.ops.singular_values(x.B)
    return x.ops.sum_over(lambda i: (a.value(i) - b.value(i)) ** 2, a.count)


def rhs(x: Instance) -> Scalar:
    return x.ops.frobenius_norm(x.ops.difference(x.A, x.B)) ** 2


statement = Statement(
    id="mirsky",
    area="singular",
    claim=r"\forall A, B \in \mathbb{R}^{m \times n}:\ "
    r"\sum_i (\sigma_i(A) - \sigma_i(B))^2 \le \lVert A - B \rVert_F^2",
    domain=Domain(SAME_SHAPE),
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=lambda x: sum_of_norms(x) ** 2,
    source=Source("Mirsky", "Symmetric gauge functions and unitarily invariant norms", 1960, "Theorem 5"),
    attained=(
        Example("B = A/2", {"A": [[4, 0], [0, 2]], "B": [[2, 0], [0, 1]]}),
        Example("shared vectors, one order", {"A": [[3, 0, 0], [0, 1, 0]], "B": [[1, 0, 0], [0, 1, 0]]}),
        Example("scalars of one sign", {"A": [[1]], "B": [[3]]}),
        Example("equal", {"A": [[1, 2]], "B": [[1, 2]]}),
    ),
    mutants=(
        Mutant(
            "spectral_norm",
            r"$\lVert A - B \rVert$ in place of $\lVert A - B \rVert_F$",
            {"rhs": lambda x: x.ops.singular_value(x.ops.difference(x.A, x.B), 0) ** 2},
        ),
        Mutant("constant_tightened", r"0.99 times the right side", {"rhs": lambda x: rhs(x) * 99 / 100}),
    ),
)
