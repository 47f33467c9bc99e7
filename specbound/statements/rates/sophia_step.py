r"""Newton's step with a diagonal, clipped or not, moves the inserted model by at most an amount that no lock changes.

**Claim.** Let g be the gradient of the identity-inserted model, Δ = KᵀK a positive definite preconditioner of it, the
diagonal of its Hessian for Sophia, and D a change of variable, so that the locked model has the gradient Dᵀg and the
preconditioner DᵀΔD. Then for all g, all nonsingular K, all D and γ > 0, every step s with γ sᵀDᵀΔDs ≤ sᵀDᵀg has
γ ‖K D s‖ ≤ ‖K⁻ᵀ g‖: in the norm of Δ the inserted model moves by no more than Newton's step (γΔ)⁻¹g does, whatever D.

Sophia's steps are of this kind where D is diagonal, as in the rotated form of a lock, and the diagonal is exact:
s_i = clip(g̃_i/max(γh̃_i, ε), 1) is Newton's entry g̃_i/(γh̃_i) multiplied by a number from 0 to 1, and both clipping
and the floor ε make it shorter. Along an inflated coordinate it moves min(ηα, η|g_i|/(γh_i)) for the learning rate η
and a small ε: it is the step of signs while α < |g_i|/(γh_i), and from there on it does not change with α at all. So
what a lock does to it ends there: the exponent of the largest stable learning rate is 0 for large α, and at no α is it
worse than that of the diagonal Newton step (`sophia_limit`).

**Assumes.** Nonsingular K (`nonsingular`): curvature in all directions. A step no longer than this (`no_longer`; mutant
`any_step`).

**Tight when** s is Newton's step (γDᵀΔD)⁻¹Dᵀg, not clipped.

**Not claimed.** Entries with h_i ≤ 0, whether of the Hessian or of a noisy estimate of it: there the floor ε is divided
by instead, the entry is clipped, and the step is that of signs, ηα along an inflated coordinate: exponent −1.
Hutchinson's estimate of a lock's diagonal has errors of the diagonal's own size along what is inflated, so some entries
are of this kind in most steps, and the lock acts again. An estimate that is the square of a gradient (Gauss, Newton and
Bartlett's) is not: in the rotated form it is d_i² times the one of the inserted model, noise included, so that the
claim holds of it as it stands. The dense form, whose entries are not those of a diagonal D.

**Degenerate cases.** s = 0.

**Source.** Ours; derivation in proofs/rates/sophia_step.py. Sophia: Liu et al. (2023).
"""

from fractions import Fraction

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.clipped_newton import (
    COLUMNS,
    GAMMA,
    NO_LONGER,
    NONSINGULAR,
    clipped,
    image,
    size_of_image,
)
from specbound.statements.clipping import SLACK
from specbound.statements.recipes import by_spectrum
from specbound.statements.steps import completed

DOMAIN = Domain(COLUMNS, numbers={"gamma": GAMMA})


def lhs(x: Instance) -> Scalar:
    return x.gamma * x.ops.frobenius_norm(image(x))


def divided(x: Instance) -> Array:
    """``K⁻ᵀ g``."""
    return x.ops.solve(x.ops.transpose(x.K), x.g)


def rhs(x: Instance) -> Scalar:
    return x.ops.frobenius_norm(divided(x))


def scale(x: Instance) -> Scalar:
    smallest = x.ops.singular_values(x.K).smallest()
    return x.gamma * size_of_image(x) + x.ops.frobenius_norm(x.g) * x.ops.frobenius_norm(x.K) / smallest**2


statement = Statement(
    id="sophia_step",
    area="rates",
    claim=r"\forall g, D,\ \det K \ne 0,\ \gamma > 0,\ \gamma\, \|K D s\|^2 \le g^\top D s:\ "
    r"\gamma\, \|K D s\| \le \|K^{-\top} g\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/sophia_step.py"),
    assumptions=(NONSINGULAR, NO_LONGER),
    attained=(Example("Newton's step", {"K": [[2]], "D": [[3]], "g": [[4]], "s": [[Fraction(2, 3)]], "gamma": 0.5}),),
    mutants=(
        Mutant(
            "any_step",
            "any step",
            {"assumptions": (NONSINGULAR,), "recipes": (by_spectrum(DOMAIN, nonsingular=("K",)),)},
        ),
        Mutant("halved", "half the right side", {"rhs": lambda x: rhs(x) / 2}),
        Mutant(
            "in_plain_length",
            r"$\|g\|$ in place of $\|K^{-\top} g\|$",
            {"rhs": lambda x: x.ops.frobenius_norm(x.g)},
        ),
    ),
    recipes=(completed(DOMAIN, "clipped", clipped(1 - SLACK)),),
)
