r"""Whoever knows D undoes any lock that is a constant, invertible change of variable D, by multiplying gradients.

**Claim.** Let L̃(θ) = L_E(Dθ) for all θ, with D nonsingular. Gradient descent on L̃ with its gradient multiplied by
(DᵀD)⁻¹, θ ← θ − η (DᵀD)⁻¹ ∇L̃(θ), has Dθ run through the very points of plain gradient descent on L_E:
D (θ − η (DᵀD)⁻¹ Dᵀ g) = Dθ − η g, where g = ∇L_E(Dθ). Here: two steps, compared along all y, for all nonsingular D and
the gradient fields ∇L_E(θ') = Mθ' − b with any M and b. Both models meet the same gradient before each step, so the
derivation holds word for word for other fields and for more steps.

The class of locks that this is about: L̃(θ) = L_E(Dθ) for all θ; D invertible, and constant, that is, the same at all
θ; and E an enlargement of the model, such as by an identity layer, at a point of which the model is attained. Spectral
deformation is a member (`deformation_congruence`, with `attack_precondition` for the blocks of (DᵀD)⁻¹), two-sided and
rotated ones and those with the compensator in front are; so is every rescaling of parameters that the function does
not see. The price is no parameter at all, but knowing D.

**Assumes.** Nonsingular D (`nonsingular`). That it is constant: a D that changes from one step to the next is not
undone by the inverse that was right before (mutant `changing`).

**Tight when** always: it is an equality.

**Not claimed.** Anything on locks outside the class: a D that depends on θ, as of a normalised weight, where a gradient
term enters the Hessian too (`limit_general_hessian`); maps that can be computed but are hard to invert; a change of the
function class itself. Whether some such lock withstands all attackers of this kind is open. Nor that the trajectory is
that of the base model, rather than of E.

**Degenerate cases.** Orthogonal D, for which nothing has to be multiplied.

**Source.** Ours, of textbook knowledge on preconditioning (Nocedal & Wright, *Numerical Optimization*, 2nd ed. 2006,
section 5.1); derivation in proofs/limits/limit_general.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.recipes import by_spectrum

STEPS = 2

DOMAIN = Domain(
    {"D": ("n", "n"), "M": ("n", "n"), "b": ("n", "1"), "theta": ("n", "1"), "y": ("n", "1")},
    numbers={"eta": Number(low=0.0, searched=(0.01, 1.0))},
)


def inverse_of(x: Instance) -> Array:
    """``D⁻¹``."""
    return x.ops.solve(x.D, x.ops.identity(x.D))


def squared_inverse(x: Instance) -> Array:
    """``(DᵀD)⁻¹ = D⁻¹ D⁻ᵀ``."""
    inverse = inverse_of(x)
    return x.ops.product(inverse, x.ops.transpose(inverse))


def stepped(x: Instance, point: Array, gradient: Array) -> Array:
    return x.ops.difference(point, x.ops.scaled(x.eta, gradient))


def gradient(x: Instance, point: Array) -> Array:
    """``∇L_E``."""
    return x.ops.difference(x.ops.product(x.M, point), x.b)


def along(x: Instance, point: Array) -> Scalar:
    """``yᵀ point``."""
    return x.ops.entry(x.ops.product(x.ops.transpose(x.y), point))


def locked(x: Instance, preconditioner: Array, growth: int = 1) -> Scalar:
    """``yᵀDθ`` in the end, where ``preconditioner`` multiplies each gradient and D grows from step to step."""
    ops, point, change = x.ops, x.theta, x.D
    for _ in range(STEPS):
        slope = ops.product(ops.transpose(change), gradient(x, ops.product(change, point)))
        point = stepped(x, point, ops.product(preconditioner, slope))
        change = ops.scaled(growth, change)
    return along(x, ops.product(change, point))


def lhs(x: Instance) -> Scalar:
    return locked(x, squared_inverse(x))


def rhs(x: Instance) -> Scalar:
    point = x.ops.product(x.D, x.theta)
    for _ in range(STEPS):
        point = stepped(x, point, gradient(x, point))
    return along(x, point)


def scale(x: Instance) -> Scalar:
    """The same steps, taken by bounds on the norms of everything."""
    norm = x.ops.frobenius_norm
    condition = norm(x.D) / x.ops.singular_values(x.D).smallest()
    change, point = norm(x.D), norm(x.theta)
    for _ in range(STEPS):
        slope = change * (norm(x.M) * change * point + norm(x.b))
        point = point + x.eta * condition * norm(inverse_of(x)) ** 2 * slope
    return norm(x.y) * change * point


statement = Statement(
    id="limit_general",
    area="limits",
    claim=r"\forall \det D \ne 0,\ \theta_0,\ \eta > 0:\ "
    r"\theta_{t+1} = \theta_t - \eta\, (D^\top D)^{-1} D^\top \nabla L_E(D \theta_t),\ \theta'_0 = D \theta_0,\ "
    r"\theta'_{t+1} = \theta'_t - \eta\, \nabla L_E(\theta'_t)\ \Rightarrow\ D \theta_t = \theta'_t",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/limit_general.py"),
    assumptions=(Assumption("nonsingular", "D cannot be undone otherwise", lambda x: x.ops.nonsingular(x.D)),),
    mutants=(
        Mutant("not_squared", "$D^{-1}$ in place of $(D^\\top D)^{-1}$", {"lhs": lambda x: locked(x, inverse_of(x))}),
        Mutant(
            "not_multiplied",
            "the gradient as it is",
            {"lhs": lambda x: locked(x, x.ops.identity(x.D))},
        ),
        Mutant(
            "changing",
            "D doubled after each step, the first $(D^\\top D)^{-1}$ kept",
            {"lhs": lambda x: locked(x, squared_inverse(x), growth=2)},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, nonsingular=("D",)),),
)
