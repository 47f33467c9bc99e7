r"""Newton's method takes the same steps on a locked model as on the identity-inserted one.

**Claim.** Let g be the gradient and M the Hessian of the identity-inserted model, D the change of variable of
`deformation_congruence`: the locked model has the gradient Dᵀg and the Hessian Dᵀ M D. Then for all nonsingular M,
symmetric or not, and D: D (Dᵀ M D)⁻¹ Dᵀ g = M⁻¹ g, compared along all y. The left side is Newton's step on the locked
model, in the coordinates of the inserted one. So both models run through the same functions, for every α, where the
Hessian is nonsingular along the path. A line search finds the same lengths, because it sees the same losses. Damping
that transforms with the model is covered: M + λB in place of M, Dᵀ (M + λB) D in the locked model.

**Assumes.** Nonsingular M and D (`nonsingular`): the steps are not defined otherwise, and their replacements are not
invariant. Not invariant are the step of least norm on a singular Hessian (mutant `pseudo_inverse`, at M = g gᵀ),
damping by the identity (mutant `identity_damping`; see `damping_favours_lock`), L-BFGS begun at H₀ = I (mutant
`quasi_newton`, its first step), and truncated conjugate gradients (mutant `one_product`, after one iteration).

**Tight when** always: it is an equality.

**Not claimed.** That Newton's method converges, or that rounding leaves the steps alike: the condition of Dᵀ M D grows
up to that of D squared times that of M.

**Degenerate cases.** g = 0 gives the step 0.

**Source.** Affine invariance is textbook knowledge (Boyd & Vandenberghe, *Convex Optimization*, 2004, 9.5.1);
derivation in proofs/deformation/newton_invariance.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.recipes import by_spectrum

DOMAIN = Domain({"M": ("n", "n"), "D": ("n", "n"), "g": ("n", "1"), "y": ("n", "1")})

DAMPING = 1 / 3


def hessian(x: Instance) -> Array:
    """``Dᵀ M D``, of the locked model."""
    return x.ops.compression(x.M, x.D, x.D)


def gradient(x: Instance) -> Array:
    """``Dᵀ g``, of the locked model."""
    return x.ops.product(x.ops.transpose(x.D), x.g)


def along(x: Instance, step: Array) -> Scalar:
    """``yᵀ step``."""
    return x.ops.entry(x.ops.product(x.ops.transpose(x.y), step))


def mapped(x: Instance, step: Array) -> Scalar:
    """``yᵀ D step``, for a step of the locked model."""
    return along(x, x.ops.product(x.D, step))


def lhs(x: Instance) -> Scalar:
    return mapped(x, x.ops.solve(hessian(x), gradient(x)))


def rhs(x: Instance) -> Scalar:
    return along(x, x.ops.solve(x.M, x.g))


def damped(x: Instance, matrix: Array) -> Array:
    return x.ops.sum(matrix, x.ops.scaled(DAMPING, x.ops.identity(matrix)))


def square(x: Instance, column: Array) -> Scalar:
    return x.ops.entry(x.ops.product(x.ops.transpose(column), column))


def curvature(x: Instance, matrix: Array, column: Array) -> Scalar:
    return x.ops.entry(x.ops.compression(matrix, column, column))


def scale(x: Instance) -> Scalar:
    norm, smallest = x.ops.frobenius_norm, x.ops.singular_values(x.D).smallest()
    condition_d, smallest_m = norm(x.D) / smallest, x.ops.singular_values(x.M).smallest()
    return norm(x.y) * norm(x.g) * condition_d**3 * norm(x.M) / smallest_m**2


def both_nonsingular(x: Instance) -> bool:
    return x.ops.nonsingular(x.M) & x.ops.nonsingular(x.D)


statement = Statement(
    id="newton_invariance",
    area="deformation",
    claim=r"\forall g,\ \det M \ne 0,\ \det D \ne 0:\ D\, (D^\top M D)^{-1} D^\top g = M^{-1} g",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("Boyd & Vandenberghe", "Convex Optimization", 2004, "9.5.1"),
    assumptions=(Assumption("nonsingular", "the steps are not defined otherwise", both_nonsingular),),
    mutants=(
        Mutant(
            "identity_damping",
            r"$\lambda I$ added to both Hessians, $\lambda = 1/3$",
            {
                "lhs": lambda x: mapped(x, x.ops.solve(damped(x, hessian(x)), gradient(x))),
                "rhs": lambda x: along(x, x.ops.solve(damped(x, x.M), x.g)),
            },
        ),
        Mutant(
            "pseudo_inverse",
            r"$M = g g^\top$ and steps $g/\|g\|^2$, multiplied by both $\|g\|^2$ and $\|D^\top g\|^2$",
            {
                "lhs": lambda x: mapped(x, gradient(x)) * square(x, x.g),
                "rhs": lambda x: along(x, x.g) * square(x, gradient(x)),
            },
        ),
        Mutant(
            "quasi_newton",
            r"steps along the gradient, $H_0 = I$",
            {"lhs": lambda x: mapped(x, gradient(x)), "rhs": lambda x: along(x, x.g)},
        ),
        Mutant(
            "one_product",
            r"steps $g\, \|g\|^2 / g^\top M g$, multiplied by both curvatures",
            {
                "lhs": lambda x: mapped(x, gradient(x)) * square(x, gradient(x)) * curvature(x, x.M, x.g),
                "rhs": lambda x: along(x, x.g) * square(x, x.g) * curvature(x, hessian(x), gradient(x)),
            },
        ),
    ),
    recipes=(by_spectrum(DOMAIN, nonsingular=("M", "D")),),
)
