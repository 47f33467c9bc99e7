r"""A lock makes the curvature grow at least like α², with a constant that is known before the lock is made.

**Claim.** Let M be the Hessian of the identity-inserted model, P orthonormal columns that span what the lock inflates
(C'U_k), and D = α P Pᵀ + (I − P Pᵀ) E (I − P Pᵀ) the change of variable of `deformation_congruence`, so that Dᵀ M D is
the Hessian of the locked model. For all α > 0, all M and all E: σ₁(Dᵀ M D) ≥ α² σ₁(K) with K = Pᵀ M P. By
`layer_curvature`, K = Σ_{s,t} ∇²_{z_s z_t}L ⊗ (U_kᵀ W h_s)(U_kᵀ W h_t)ᵀ, all of it taken on the unlocked model.

**Assumes.** Orthonormal columns of P (`orthonormal_columns`; mutant `any_columns`).

**Tight when**, for one, P spans everything; in general up to `quadratic_law_upper`.

**Not claimed.** That training slows: see `uniform_scaling_is_no_lock`. For stability λ_max(K) > 0 matters, not σ₁(K).

**Degenerate cases.** K = 0 makes the bound vacuous; M = 0 gives 0 ≥ 0.

**Source.** Ours; derivation in proofs/deformation/quadratic_law.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import ANY_FACTOR, COORDINATES, deformed, orthonormal, size_of_deformed
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(COORDINATES, numbers={"alpha": ANY_FACTOR})


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(deformed(x), 0)


def rhs(x: Instance) -> Scalar:
    return x.alpha**2 * x.ops.singular_value(x.ops.compression(x.M, x.P, x.P), 0)


statement = Statement(
    id="quadratic_law",
    area="deformation",
    claim=r"\forall M, E,\ P^\top P = I,\ \alpha > 0,\ D = \alpha P P^\top + (I - P P^\top) E (I - P P^\top):\ "
    r"\sigma_1(D^\top M D) \ge \alpha^2\, \sigma_1(P^\top M P)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=size_of_deformed,
    source=Source("ours", place="proofs/deformation/quadratic_law.py"),
    assumptions=(orthonormal("P"),),
    attained=(
        Example(
            "everything inflated", {"M": [[2, 1], [1, 0]], "P": [[1, 0], [0, 1]], "E": [[1, 0], [0, 1]], "alpha": 3}
        ),
        Example("the rest is flat", {"M": [[2, 0], [0, 0]], "P": [[1], [0]], "E": [[1, 0], [0, 1]], "alpha": 10}),
    ),
    mutants=(
        Mutant("any_columns", "P with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=4),)}),
        Mutant(
            "of_the_whole",
            r"$\sigma_1(M)$ in place of $\sigma_1(K)$",
            {"rhs": lambda x: x.alpha**2 * x.ops.singular_value(x.M, 0)},
        ),
        Mutant("cubic", r"$\alpha^3$ in place of $\alpha^2$", {"rhs": lambda x: x.alpha * rhs(x)}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("P",)),),
)
