r"""A step by a polar factor moves what a lock inflates by exactly ηα in every inflated direction.

**Claim.** Let U (n×k) have orthonormal columns and T = I + (α − 1) U Uᵀ be the lock's change, so that C' = CT for the
compensator C, and its gradient is GT where that of the identity-inserted model is G. Let P (m×n) be the orthogonal
factor of a polar decomposition GT = PR, with PᵀP = I: what Muon steps by, ideally, and Shampoo with exponent ¼ in its
first step (`shampoo_quarter`). Then for all such P and U, all w and all α ≥ 1, η > 0: the step moves C'U along w by
‖ηP T U w‖ = ηα ‖w‖. So C'U_k moves like α, and the largest stable learning rate falls like 1/α (see
`scaled_step_limit`; that the step has a gain of order α there is `best_step`).

**Assumes.** Orthonormal columns of U and P (`orthonormal_columns`; mutant `any_columns`): G has rank n. Where its rank
is lower, P is a contraction and the step moves at most that far.

**Tight when** always: it is an equality.

**Not claimed.** That an implementation finds P. Muon takes five steps of Newton and Schulz in bfloat16, which raise a
small singular value of GT/‖GT‖_F by 3.4445⁵, about 485, and no further. What is not inflated has singular values of
order 1/α there: past α of some hundreds it moves like 1/α in the rotated form, and in the dense one the rounding of
bfloat16 takes its place. A factor √max(1, m/n) and others that depend on the shape alone belong to η.

**Degenerate cases.** α = 1 is the identity-inserted model.

**Source.** Ours; derivation in proofs/rates/muon_step.py. Muon: Jordan et al. (2024).
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import INFLATION, orthonormal, scaling
from specbound.statements.recipes import by_spectrum
from specbound.statements.steps import RATE

DOMAIN = Domain({"P": ("m", "n"), "U": ("n", "k"), "w": ("k", "1")}, numbers={"alpha": INFLATION, "eta": RATE})


def moved(x: Instance) -> Array:
    """``P T U w``."""
    return x.ops.product(x.P, scaling(x.ops, x.U, x.alpha), x.U, x.w)


def lhs(x: Instance) -> Scalar:
    return x.eta * x.ops.frobenius_norm(moved(x))


def rhs(x: Instance) -> Scalar:
    return x.eta * x.alpha * x.ops.frobenius_norm(x.w)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return x.eta * norm(x.P) * (1 + x.alpha * norm(x.U) ** 2) * norm(x.U) * norm(x.w)


statement = Statement(
    id="muon_step",
    area="rates",
    claim=r"\forall w,\ P^\top P = I,\ U^\top U = I,\ T = I + (\alpha - 1) U U^\top,\ \alpha \ge 1,\ \eta > 0:\ "
    r"\|\eta P T U w\| = \eta \alpha\, \|w\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/muon_step.py"),
    assumptions=(orthonormal("P", "U"),),
    mutants=(
        Mutant("any_columns", "P and U with any columns", {"assumptions": (), "recipes": (by_spectrum(DOMAIN),)}),
        Mutant(
            "like_descent",
            r"$\alpha^2$ in place of $\alpha$",
            {"rhs": lambda x: x.eta * x.alpha**2 * x.ops.frobenius_norm(x.w)},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("P", "U")),),
)
