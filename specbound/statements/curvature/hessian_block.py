r"""The Hessian's top singular value is at least that of any block of it, between any two groups of parameters.

**Claim.** For every symmetric M = S + Sᵀ, the Hessian, and all P and Q with orthonormal columns: σ₁(M) ≥ σ₁(Pᵀ M Q).
Columns of the identity for P and Q choose the parameters of two layers, and Pᵀ M Q is the block between them; any
other orthonormal columns choose directions.

**Assumes.** Orthonormal columns of P and Q (`orthonormal_columns`; mutant `any_columns`).

**Tight when** P and Q contain a top pair of singular vectors.

**Not claimed.** A bound on λ_max(M), which decides stability: a block between two layers bounds the largest eigenvalue
by magnitude, and that may be a negative one (mutant `largest_eigenvalue`).

**Degenerate cases.** P = Q = I gives equality; M = 0 gives 0 ≥ 0.

**Source.** Horn & Johnson, *Topics in Matrix Analysis* (1991), Lemma 3.3.1 for the first singular value; derivation in
proofs/curvature/hessian_block.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import orthonormal
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain({"S": ("n", "n"), "P": ("n", "p"), "Q": ("n", "q")})


def hessian(x: Instance) -> Array:
    return x.ops.sum(x.S, x.ops.transpose(x.S))


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(hessian(x), 0)


def rhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.ops.compression(hessian(x), x.P, x.Q), 0)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return 2 * norm(x.S) * norm(x.P) * norm(x.Q)


statement = Statement(
    id="hessian_block",
    area="curvature",
    claim=r"\forall M = M^\top,\ P^\top P = I,\ Q^\top Q = I:\ \sigma_1(M) \ge \sigma_1(P^\top M Q)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "Lemma 3.3.1"),
    assumptions=(orthonormal("P", "Q"),),
    attained=(
        Example("the whole", {"S": [[1, 2], [0, -1]], "P": [[1, 0], [0, 1]], "Q": [[0, 1], [1, 0]]}),
        Example("all curvature lies between two layers", {"S": [[0, 3], [0, 0]], "P": [[1], [0]], "Q": [[0], [1]]}),
    ),
    mutants=(
        Mutant("any_columns", "P and Q with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=4),)}),
        Mutant(
            "largest_eigenvalue",
            r"$\lambda_{\max}(M)$ in place of $\sigma_1(M)$",
            {"lhs": lambda x: x.ops.eigenvalue(hessian(x), 0)},
        ),
        Mutant("constant_tightened", "1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("P", "Q")),),
)
