r"""Damping by the identity on a locked model is weaker damping of what the lock inflates on the identity-inserted one.

**Claim.** Let g be the gradient of the identity-inserted model, M = Jᵀ J its Gauss–Newton matrix, or any other
positive semidefinite curvature, and D the change of variable of `deformation_congruence`. Then for all J and g, all
nonsingular D and λ > 0: D (Dᵀ M D + λI)⁻¹ Dᵀ g = (M + λ D⁻ᵀ D⁻¹)⁻¹ g, compared along all y. The left side is the step
of Levenberg and Marquardt on the locked model, in the coordinates of the inserted one. For a lock, λ D⁻ᵀ D⁻¹ is λ/α²
on C'U_k, λα² on U_kᵀW', and λ elsewhere: the larger α is, the less the steps on C'U_k are damped.

**Assumes.** Nonsingular D (`nonsingular`): there is no D⁻¹ otherwise. M is positive semidefinite and λ > 0, so that
both systems have solutions; where they have, the equality holds for every M.

**Tight when** always: it is an equality.

**Not claimed.** That the locked model is always trained faster: on U_kᵀW' the damping is the stronger for it. One
example where it is faster is ½(cw − ½)² from c = w = 1: with λ = 1, one step leads to cw = 0.694 at α = 1, 0.604 at
α = 2 and 0.5006 at α = 30.

**Degenerate cases.** D orthogonal: as if there were no lock (mutant `like_no_lock` claims it for all D). J = 0 leaves
D Dᵀ g/λ, a step of gradient descent.

**Source.** Ours; derivation in proofs/deformation/damping_favours_lock.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.recipes import by_spectrum

DOMAIN = Domain(
    {"J": ("m", "n"), "D": ("n", "n"), "g": ("n", "1"), "y": ("n", "1")},
    numbers={"damping": Number(low=0.0, searched=(0.01, 10.0))},
)
"""``damping`` is λ."""


def curvature(x: Instance) -> Array:
    """``M = Jᵀ J``."""
    return x.ops.product(x.ops.transpose(x.J), x.J)


def locked_system(x: Instance) -> Array:
    """``Dᵀ M D + λI``."""
    ops = x.ops
    return ops.sum(ops.compression(curvature(x), x.D, x.D), ops.scaled(x.damping, ops.identity(x.D)))


def locked_gradient(x: Instance) -> Array:
    """``Dᵀ g``."""
    return x.ops.product(x.ops.transpose(x.D), x.g)


def inverse(x: Instance) -> Array:
    """``D⁻¹``."""
    return x.ops.solve(x.D, x.ops.identity(x.D))


def inserted_system(x: Instance, form: Array) -> Array:
    """``M + λ · form``."""
    return x.ops.sum(curvature(x), x.ops.scaled(x.damping, form))


def metric(x: Instance) -> Array:
    """``D⁻ᵀ D⁻¹``."""
    return x.ops.product(x.ops.transpose(inverse(x)), inverse(x))


def swapped(x: Instance) -> Array:
    """``D Dᵀ``."""
    return x.ops.product(x.D, x.ops.transpose(x.D))


def lhs(x: Instance) -> Scalar:
    ops = x.ops
    return ops.entry(ops.product(ops.transpose(x.y), x.D, ops.solve(locked_system(x), locked_gradient(x))))


def rhs(x: Instance) -> Scalar:
    return _inserted(x, metric(x))


def _inserted(x: Instance, form: Array) -> Scalar:
    step = x.ops.solve(inserted_system(x, form), x.g)
    return x.ops.entry(x.ops.product(x.ops.transpose(x.y), step))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    condition = norm(x.D) / x.ops.singular_values(x.D).smallest()
    relative = 1 + norm(x.J) ** 2 * norm(x.D) ** 2 / x.damping
    return norm(x.y) * norm(x.g) * norm(x.D) ** 2 * condition**2 * relative / x.damping


statement = Statement(
    id="damping_favours_lock",
    area="deformation",
    claim=r"\forall J, g,\ M = J^\top J,\ \det D \ne 0,\ \lambda > 0:\ "
    r"D\, (D^\top M D + \lambda I)^{-1} D^\top g = (M + \lambda\, D^{-\top} D^{-1})^{-1} g",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/damping_favours_lock.py"),
    assumptions=(Assumption("nonsingular", "there is no inverse otherwise", lambda x: x.ops.nonsingular(x.D)),),
    mutants=(
        Mutant("like_no_lock", r"$\lambda I$ on the right", {"rhs": lambda x: _inserted(x, x.ops.identity(x.D))}),
        Mutant("swapped", r"$D D^\top$ in place of $D^{-\top} D^{-1}$", {"rhs": lambda x: _inserted(x, swapped(x))}),
    ),
    recipes=(by_spectrum(DOMAIN, nonsingular=("D",)),),
)
