r"""Deleting r rows and columns in total lowers the i-th singular value at most to the (i+r)-th (interlacing).

**Claim.** For all real M (m×n), 1 ≤ p ≤ m, 1 ≤ q ≤ n and 1 ≤ i ≤ min(p, q): σ_i(B) ≥ σ_{i+r}(M), where B is the
submatrix of the first p rows and q columns and r = (m − p) + (n − q). Any other rows and columns come first after a
permutation, which changes no singular value. The other half, σ_i(B) ≤ σ_i(M), is `interlacing_isometry` with coordinate
vectors.

**Assumes.** Nothing. That r counts rows *and* columns matters (mutant `rows_only`).

**Tight when**, for one, nothing is deleted, or the deleted rows and columns carry the largest singular values.

**Not claimed.** Anything about singular vectors.

**Degenerate cases.** σ_{i+r}(M) = 0 once i + r exceeds the smaller side: then it reads ≥ 0.

**Source.** Horn & Johnson, *Topics in Matrix Analysis* (1991), Corollary 3.1.3; derivation in
proofs/singular/interlacing.py.
"""

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import smaller_side


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.ops.leading(x.M, x.p, x.q), x.i - 1)


def rhs(x: Instance) -> Scalar:
    rows, columns = x.M.shape[-2:]
    return x.ops.singular_value(x.M, x.i - 1 + (rows - x.p) + (columns - x.q))


def with_rows_only(x: Instance) -> Scalar:
    return x.ops.singular_value(x.M, x.i - 1 + (x.M.shape[-2] - x.p))


statement = Statement(
    id="interlacing",
    area="singular",
    claim=r"\forall M \in \mathbb{R}^{m \times n},\ p \le m,\ q \le n,\ i \le \min(p, q):\ "
    r"\sigma_i(M_{1..p,\,1..q}) \ge \sigma_{i+r}(M),\ r = (m - p) + (n - q)",
    domain=Domain(
        matrices={"M": ("m", "n")},
        indices={
            "p": Index(1, lambda sizes: sizes["m"]),
            "q": Index(1, lambda sizes: sizes["n"]),
            "i": smaller_side("p", "q"),
        },
    ),
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=lambda x: x.ops.frobenius_norm(x.M),
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "Corollary 3.1.3"),
    attained=(
        Example("nothing deleted", {"M": [[2, 0], [0, 1]], "p": 2, "q": 2, "i": 2}),
        Example("a row deleted that carries the largest", {"M": [[1, 0], [0, 2]], "p": 1, "q": 2, "i": 1}),
        Example("a row and a column", {"M": [[1, 0, 0], [0, 0, 2], [0, 3, 0]], "p": 2, "q": 2, "i": 1}),
        Example("vacuous: all but a zero deleted", {"M": [[0, 1], [1, 0]], "p": 1, "q": 1, "i": 1}),
    ),
    mutants=(
        Mutant("rows_only", "$r = m - p$", {"rhs": with_rows_only}),
        Mutant("constant_tightened", r"1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
)
