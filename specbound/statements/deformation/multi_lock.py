r"""Several locks together make the curvature grow at least like the matrix of all products of their factors.

**Claim.** Let M be the Hessian of the model with identity layers inserted at every locked site, V orthonormal columns
that span what the locks inflate, all of them side by side, and D = V A Vᵀ + (I − V Vᵀ) E (I − V Vᵀ) the change of
variable; different layers have different parameters, so that A is diagonal, with α_i for the columns of lock i. For all
M, all A, diagonal or not, and all E: σ₁(Dᵀ M D) ≥ σ₁(Aᵀ K A) with K = Vᵀ M V; for locks, Aᵀ K A = [α_i α_j K_ij] where
K_ij is the block of the unlocked Hessian between what lock i and lock j inflate.

**Assumes.** Orthonormal columns of V (`orthonormal_columns`; mutant `any_columns`).

**Tight when**, for one, V spans everything.

**Not claimed.** That σ₁ is not larger: see `multi_lock_upper`; or that the largest factor meets the largest curvature
(mutant `largest_factor`).

**Degenerate cases.** A = α I is `quadratic_law`. Two locks with K_11 = K_22 = 0 still inflate K_12 by α_1 α_2.

**Source.** Ours; derivation in proofs/deformation/multi_lock.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import SEVERAL, congruent, orthonormal, size_of_congruent
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(SEVERAL)


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(congruent(x, x.V, x.A, x.E), 0)


def rhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.ops.compression(x.ops.compression(x.M, x.V, x.V), x.A, x.A), 0)


def largest_factor(x: Instance) -> Scalar:
    return x.ops.singular_value(x.A, 0) ** 2 * x.ops.singular_value(x.ops.compression(x.M, x.V, x.V), 0)


statement = Statement(
    id="multi_lock",
    area="deformation",
    claim=r"\forall M, A, E,\ V^\top V = I,\ D = V A V^\top + (I - V V^\top) E (I - V V^\top):\ "
    r"\sigma_1(D^\top M D) \ge \sigma_1(A^\top V^\top M V A)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=size_of_congruent,
    source=Source("ours", place="proofs/deformation/multi_lock.py"),
    assumptions=(orthonormal("V"),),
    attained=(
        Example(
            "two locks, coupled alone",
            {
                "M": [[0, 1, 0], [1, 0, 0], [0, 0, 1]],
                "V": [[1, 0], [0, 1], [0, 0]],
                "A": [[10, 0], [0, 3]],
                "E": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
            },
        ),
    ),
    mutants=(
        Mutant("any_columns", "V with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=4),)}),
        Mutant(
            "largest_factor", r"$\sigma_1(A)^2 \sigma_1(K)$ in place of $\sigma_1(A^\top K A)$", {"rhs": largest_factor}
        ),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("V",)),),
)
