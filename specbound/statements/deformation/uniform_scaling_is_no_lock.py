r"""Scaling all parameters multiplies the curvature by α² and slows nothing: the step is divided by as much.

**Claim.** Let L̃(θ) = L(αθ), whose Hessian is α² that of L. Gradient descent on L̃ with step η/α² from θ₀/α, multiplied
by α, runs through the very points of gradient descent on L with step η from θ₀. Here: two steps, compared along all y,
for ∇L(θ) = Mθ − b with any M and b; a step is linear in its gradient and both meet the same one, so that it holds for
any loss and any number of steps.

**Assumes.** Nothing. With the step of L the paths part (mutant `same_step`).

**Tight when** always: it is an equality.

**Not claimed.** That a lock is no hindrance: it spreads the scales, and one learning rate cannot serve all of them.

**Degenerate cases.** α = 1.

**Source.** Ours; derivation in proofs/deformation/uniform_scaling_is_no_lock.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import ANY_FACTOR

STEPS = 2

DOMAIN = Domain(
    {"M": ("n", "n"), "b": ("n", "1"), "theta": ("n", "1"), "y": ("n", "1")},
    numbers={"alpha": ANY_FACTOR, "eta": Number(low=0.0, searched=(0.01, 1.0))},
)


def descended(x: Instance, factor: Scalar, step: Scalar) -> Scalar:
    """``factor · yᵀθ`` after all steps on ``L(factor · θ)``, from ``theta / factor``."""
    ops = x.ops
    point = ops.scaled(1 / factor, x.theta)
    for _ in range(STEPS):
        gradient = ops.scaled(factor, ops.difference(ops.product(x.M, ops.scaled(factor, point)), x.b))
        point = ops.difference(point, ops.scaled(step, gradient))
    return ops.entry(ops.product(ops.transpose(x.y), ops.scaled(factor, point)))


def lhs(x: Instance) -> Scalar:
    return descended(x, x.alpha, x.eta / x.alpha**2)


def rhs(x: Instance) -> Scalar:
    return descended(x, 1, x.eta)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    reached = norm(x.theta)
    for _ in range(STEPS):
        reached = reached + x.eta * (norm(x.M) * reached + norm(x.b))
    return norm(x.y) * reached


statement = Statement(
    id="uniform_scaling_is_no_lock",
    area="deformation",
    claim=r"\forall \alpha, \eta > 0,\ \tilde L(\theta) = L(\alpha \theta),\ \tilde\theta_0 = \theta_0 / \alpha:\ "
    r"\tilde\theta_{t+1} = \tilde\theta_t - \tfrac{\eta}{\alpha^2} \nabla \tilde L(\tilde\theta_t),\ "
    r"\theta_{t+1} = \theta_t - \eta \nabla L(\theta_t)\ \Rightarrow\ \alpha\, \tilde\theta_t = \theta_t",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/uniform_scaling_is_no_lock.py"),
    mutants=(
        Mutant("same_step", r"$\eta$ in place of $\eta/\alpha^2$", {"lhs": lambda x: descended(x, x.alpha, x.eta)}),
        Mutant(
            "step_over_alpha",
            r"$\eta/\alpha$ in place of $\eta/\alpha^2$",
            {"lhs": lambda x: descended(x, x.alpha, x.eta / x.alpha)},
        ),
    ),
)
