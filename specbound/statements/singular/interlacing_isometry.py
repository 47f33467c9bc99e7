r"""Looking at a matrix through isometries raises no singular value.

**Claim.** For all real M (m×n), P (m×p) and Q (n×q) with orthonormal columns and all 1 ≤ i ≤ min(p, q):
σ_i(PᵀMQ) ≤ σ_i(M). With columns of the identity for P and Q it is the upper half of interlacing: a submatrix has no
larger singular values.

**Assumes.** PᵀP = I and QᵀQ = I (`orthonormal_columns`): otherwise P and Q can stretch (mutant `any_columns`).

**Tight when**, for one, P and Q contain the top i left and right singular vectors.

**Not claimed.** A lower bound: see `interlacing`.

**Degenerate cases.** M = 0 gives 0 ≤ 0; square P and Q change no singular value.

**Source.** Horn & Johnson, *Topics in Matrix Analysis* (1991), Lemma 3.3.1; derivation in
proofs/singular/interlacing_isometry.py.
"""

from fractions import Fraction
from typing import Any

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.families import smaller_side
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(matrices={"M": ("m", "n"), "P": ("m", "p"), "Q": ("n", "q")}, indices={"i": smaller_side("p", "q")})


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.ops.compression(x.M, x.P, x.Q), x.i - 1)


def rhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.M, x.i - 1)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return norm(x.P) * norm(x.M) * norm(x.Q)


def orthonormal_columns(x: Instance) -> Any:
    return x.ops.orthonormal(x.P) & x.ops.orthonormal(x.Q)


statement = Statement(
    id="interlacing_isometry",
    area="singular",
    claim=r"\forall M \in \mathbb{R}^{m \times n},\ P^\top P = I_p,\ Q^\top Q = I_q,\ i \le \min(p, q):\ "
    r"\sigma_i(P^\top M Q) \le \sigma_i(M)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "Lemma 3.3.1"),
    assumptions=(
        Assumption("orthonormal_columns", "P and Q would otherwise stretch what they look at", orthonormal_columns),
    ),
    attained=(
        Example("the whole space", {"M": [[2, 1], [0, 1]], "P": [[1, 0], [0, 1]], "Q": [[0, 1], [1, 0]], "i": 2}),
        Example("the top vectors", {"M": [[2, 0], [0, 1]], "P": [[1], [0]], "Q": [[1], [0]], "i": 1}),
        Example(
            "a rotation by 3-4-5",
            {
                "M": [[3, 0], [0, 2]],
                "P": [[Fraction(3, 5), Fraction(-4, 5)], [Fraction(4, 5), Fraction(3, 5)]],
                "Q": [[1, 0], [0, 1]],
                "i": 1,
            },
        ),
        Example("a column", {"M": [[1], [0]], "P": [[1, 0], [0, 1]], "Q": [[1]], "i": 1}),
    ),
    mutants=(
        Mutant("any_columns", "P and Q with any columns", {"assumptions": (), "recipes": (entries(DOMAIN),)}),
        Mutant(
            "index_shifted",
            r"$\sigma_{i+1}(M)$ in place of $\sigma_i(M)$",
            {"rhs": lambda x: x.ops.singular_value(x.M, x.i)},
        ),
        Mutant("constant_tightened", r"0.99 times the right side", {"rhs": lambda x: rhs(x) * 99 / 100}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("P", "Q")),),
)
