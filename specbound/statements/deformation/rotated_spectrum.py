r"""The two factors of a rotated lock have the singular values of those of the dense one.

**Claim.** For all V (d×n), all orthogonal Q (d×d) and all i: σ_i(Qᵀ V) = σ_i(V). With Q = [U_k, U_⊥], D = D_α diagonal
and T = Q D Qᵀ, the dense lock stores TW and T⁻¹, the rotated one D QᵀW = Qᵀ(TW) and Q D⁻¹ = T⁻¹Q. So V = TW says that
the deformed weights share their singular values, and V = T⁻¹, transposed, that the compensators do:
`deformation_spectrum` and `compensator_spectrum` hold for the rotated form as they stand.

**Assumes.** Q is square with orthonormal columns (`orthonormal_columns`; mutants `any_square` and `fewer_columns`).

**Tight when** always: it is an equality.

**Not claimed.** That singular vectors stay: those on the side that Q is on are rotated by it. That function and Hessian
stay too is `rotated_form`.

**Degenerate cases.** Q = I.

**Source.** Horn & Johnson, *Matrix Analysis* (2nd ed. 2013), 2.6.3; derivation in
proofs/deformation/rotated_spectrum.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import orthonormal
from specbound.statements.families import smaller_side
from specbound.statements.recipes import by_spectrum, entries

MATRICES = {"V": ("d", "n"), "Q": ("d", "d")}
INDICES = {"i": smaller_side("d", "n")}
DOMAIN = Domain(MATRICES, INDICES)
FEWER = Domain({**MATRICES, "Q": ("d", "q")}, INDICES)


def rotated(x: Instance) -> Array:
    """``Qᵀ V``."""
    return x.ops.product(x.ops.transpose(x.Q), x.V)


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(rotated(x), x.i - 1)


def rhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.V, x.i - 1)


def scale(x: Instance) -> Scalar:
    return (1 + x.ops.frobenius_norm(x.Q)) * x.ops.frobenius_norm(x.V)


statement = Statement(
    id="rotated_spectrum",
    area="deformation",
    claim=r"\forall V \in \mathbb{R}^{d \times n},\ Q \in \mathbb{R}^{d \times d},\ Q^\top Q = I,\ "
    r"1 \le i \le \min(d, n):\ \sigma_i(Q^\top V) = \sigma_i(V)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("Horn & Johnson", "Matrix Analysis, 2nd ed.", 2013, "2.6.3"),
    assumptions=(orthonormal("Q"),),
    mutants=(
        Mutant("any_square", "any square Q", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant(
            "fewer_columns",
            "Q with orthonormal columns, fewer than rows",
            {"domain": FEWER, "recipes": (by_spectrum(FEWER, orthonormal=("Q",)),)},
        ),
        Mutant(
            "index_shifted",
            r"$\sigma_{i+1}(Q^\top V)$ in place of $\sigma_i(Q^\top V)$",
            {"lhs": lambda x: x.ops.singular_value(rotated(x), x.i)},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("Q",)),),
)
