r"""Singular values of a product are bounded below by products of singular values.

**Claim.** For all real A (m×n), B (n×p) and all 1 ≤ i, j ≤ n with i + j > n: σ_{i+j-n}(AB) ≥ σ_i(A) σ_j(B), with
σ_k := 0 beyond the smaller side; n is the inner dimension. In code j = n − d + 1 with 1 ≤ d ≤ i, so that i + j > n by
construction and i + j − n = i − d + 1.

**Assumes.** Nothing beyond shapes. That n is the inner dimension matters: for j = n, with the smallest *computed* value
of B in place of σ_n(B), the bound is false (mutant `smallest_computed_value`).

**Tight when**, for one, A and B are diagonal in opposite orders; A = B = I.

**Not claimed.** A useful bound where n is large: with n ≥ m + p it is always vacuous, because i > m or j > p.

**Degenerate cases.** i = j = n is σ_n(AB) ≥ σ_n(A) σ_n(B); scalars give equality.

**Source.** Classical; derivation in proofs/singular/weyl_product_lower.py.
"""

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import FACTORS, product_of_two_norms


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.ops.product(x.A, x.B), x.i - x.d)


def rhs(x: Instance) -> Scalar:
    inner = x.A.shape[-1]
    return x.ops.singular_value(x.A, x.i - 1) * x.ops.singular_value(x.B, inner - x.d)


def with_smallest_computed(x: Instance) -> Scalar:
    return x.ops.singular_value(x.A, x.i - 1) * x.ops.singular_values(x.B).smallest()


statement = Statement(
    id="weyl_product_lower",
    area="singular",
    claim=r"\forall A \in \mathbb{R}^{m \times n}, B \in \mathbb{R}^{n \times p},\ i, j \le n,\ i + j > n:\ "
    r"\sigma_{i+j-n}(AB) \ge \sigma_i(A)\, \sigma_j(B)",
    domain=Domain(FACTORS, {"i": Index(1, lambda sizes: sizes["n"]), "d": Index(1, lambda sizes: sizes["i"])}),
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=product_of_two_norms,
    source=Source("classical", place="derivation in proofs/singular/weyl_product_lower.py"),
    attained=(
        Example("identities", {"A": [[1, 0], [0, 1]], "B": [[1, 0], [0, 1]], "i": 2, "d": 1}),
        Example("opposite orders", {"A": [[4, 0], [0, 1]], "B": [[1, 0], [0, 2]], "i": 1, "d": 1}),
        Example("scalars", {"A": [[2]], "B": [[-3]], "i": 1, "d": 1}),
        Example("a kernel: vacuous", {"A": [[1, 0]], "B": [[0], [1]], "i": 2, "d": 2}),
    ),
    mutants=(
        Mutant(
            "smallest_computed_value",
            r"$\sigma_i(AB) \ge \sigma_i(A)\, \sigma_{\min(n,p)}(B)$",
            {"lhs": lambda x: x.ops.singular_value(x.ops.product(x.A, x.B), x.i - 1), "rhs": with_smallest_computed},
        ),
        Mutant(
            "index_shifted",
            r"$\sigma_{i+j-n+1}(AB)$ in place of $\sigma_{i+j-n}(AB)$",
            {"lhs": lambda x: x.ops.singular_value(x.ops.product(x.A, x.B), x.i - x.d + 1)},
        ),
        Mutant("constant_tightened", r"1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
)
