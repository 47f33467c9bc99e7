r"""The spectral norm of a product of three is at least the middle norm times the outer smallest singular values.

**Claim.** For all real A (m×n), B (n×p), C (p×q): σ₁(ABC) ≥ σ_n(A) σ₁(B) σ_p(C), where σ_n(A) counts the *columns* of A
and σ_p(C) the *rows* of C, zero beyond the smaller side.

**Assumes.** Nothing. The definition of the smallest singular value does the work: if A has a kernel then σ_n(A) = 0 and
the bound is vacuous. With the smallest *computed* value in its place (mutant `smallest_computed_value`) it is false:
A = [1 0], B = e₂e₂ᵀ, C = I gives 0 ≥ 1.

**Tight when** A is a multiple of an isometry and C of a coisometry, as for A = C = I; and where both sides vanish.

**Not claimed.** A useful bound for a wide A or a tall C: there it reads ≥ 0.

**Degenerate cases.** Scalars give equality; a zero factor gives 0 ≥ 0.

**Source.** Horn & Johnson, *Topics in Matrix Analysis* (1991), section 3.3; derivation in
proofs/singular/horn_johnson_triple.py.
"""

from specbound.core.instance import Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import TRIPLE, norm_of_triple, product_of_norms


def rhs(x: Instance) -> Scalar:
    columns_of_a, rows_of_c = x.A.shape[-1], x.C.shape[-2]
    value = x.ops.singular_value
    return value(x.A, columns_of_a - 1) * value(x.B, 0) * value(x.C, rows_of_c - 1)


def with_smallest_computed(x: Instance) -> Scalar:
    svd = x.ops.svd
    return svd(x.A).smallest() * svd(x.B).value(0) * svd(x.C).smallest()


statement = Statement(
    id="horn_johnson_triple",
    area="singular",
    claim=r"\forall A \in \mathbb{R}^{m \times n}, B \in \mathbb{R}^{n \times p}, C \in \mathbb{R}^{p \times q}:\ "
    r"\sigma_1(ABC) \ge \sigma_n(A)\, \sigma_1(B)\, \sigma_p(C)",
    domain=TRIPLE,
    lhs=norm_of_triple,
    relation=Relation.GE,
    rhs=rhs,
    scale=product_of_norms,
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "section 3.3"),
    attained=(
        Example("A = C = I", {"A": [[1, 0], [0, 1]], "B": [[2, 0], [0, 1]], "C": [[1, 0], [0, 1]]}),
        Example("scalars", {"A": [[2]], "B": [[-3]], "C": [[5]]}),
        Example("a tall A and a wide C", {"A": [[0], [2]], "B": [[3]], "C": [[1, 0]]}),
        Example("a wide A: vacuous, and attained by a kernel", {"A": [[1, 0]], "B": [[0], [1]], "C": [[1]]}),
    ),
    mutants=(
        Mutant(
            "smallest_computed_value",
            r"$\sigma_{\min(m,n)}(A)$ and $\sigma_{\min(p,q)}(C)$",
            {"rhs": with_smallest_computed},
        ),
        Mutant("constant_tightened", r"1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
)
