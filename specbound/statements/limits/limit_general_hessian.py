r"""The Hessian behind any constant linear change of variable is congruent to the one in front of it.

**Claim.** Let L̃(θ) = L_E(Dθ) for all θ, with any constant D, and let g and H be gradient and Hessian of L_E at Dθ.
Along any path θ(s, t) with the first derivatives v, w and the mixed one u:
∂²/∂s∂t L̃ = vᵀ (DᵀHD) w + (Dᵀg)ᵀ u. So DᵀHD is the Hessian of L̃, and Dᵀg its gradient: for every lock of the class of
`limit_general`, not for spectral deformation alone.

**Assumes.** A constant D. Where D moves with the parameters there is a further term, of the gradient: the Hessian is no
congruence, and can have another inertia (mutant `moving`).

**Tight when** always: it is an equality.

**Not claimed.** That D is invertible: it is not needed for this.

**Degenerate cases.** On a straight path, u = 0, the gradient does not matter; on others it does (mutant `straight`).

**Source.** The chain rule; derivation in proofs/limits/limit_general_hessian.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.jets import Jet, mixed_derivative
from specbound.statements.recipes import entries

DOMAIN = Domain(
    {
        "D": ("m", "n"),
        "theta": ("n", "1"),
        "v": ("n", "1"),
        "w": ("n", "1"),
        "u": ("n", "1"),
        "g": ("m", "1"),
        "S": ("m", "m"),
    }
)
"""The Hessian is ``S + Sᵀ``."""


def hessian(x: Instance) -> Array:
    return x.ops.sum(x.S, x.ops.transpose(x.S))


def composed(x: Instance, change: Jet) -> Scalar:
    """``∂²/∂s∂t L_E(change(s, t) · θ(s, t))``."""
    return mixed_derivative(change @ Jet(x.ops, x.theta, x.v, x.w, x.u), x.g, hessian(x))


def lhs(x: Instance) -> Scalar:
    return composed(x, Jet(x.ops, x.D))


def moving(x: Instance) -> Scalar:
    """With a D that grows along s as 1 + s does."""
    return composed(x, Jet(x.ops, x.D, x.D))


def rhs(x: Instance) -> Scalar:
    ops, gradient = x.ops, x.ops.product(x.ops.transpose(x.D), x.g)
    return curvature(x) + ops.entry(ops.product(ops.transpose(gradient), x.u))


def curvature(x: Instance) -> Scalar:
    """``vᵀ (DᵀHD) w``."""
    ops = x.ops
    return ops.entry(ops.compression(ops.compression(hessian(x), x.D, x.D), x.v, x.w))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    curved = 2 * norm(x.S) * norm(x.D) ** 2 * (norm(x.v) + norm(x.theta)) * norm(x.w)
    return curved + norm(x.D) * norm(x.g) * (norm(x.u) + norm(x.w))


statement = Statement(
    id="limit_general_hessian",
    area="limits",
    claim=r"\forall D, \theta(s, t):\ \partial_s \partial_t L_E(D \theta) = \partial_s \theta^\top\, "
    r"(D^\top \nabla^2 L_E(D \theta)\, D)\, \partial_t \theta + (D^\top \nabla L_E(D \theta))^\top "
    r"\partial_s \partial_t \theta",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/limit_general_hessian.py"),
    mutants=(
        Mutant("moving", "$(1 + s) D$ in place of $D$", {"lhs": moving}),
        Mutant("straight", "without the term of the gradient", {"rhs": curvature}),
    ),
    recipes=(entries(DOMAIN, size=4),),
)
