r"""With complex roots, gradient descent with momentum β shrinks by √β a step on a quadratic, up to a constant.

**Claim.** Let H be the Hessian of a quadratic with the minimum 0, x_{t+1} = x_t − ηHx_t + β(x_t − x_{t−1}), β = ρ² and
A = (1 + β)I − ηH. Then Q_t = ‖x_{t+1}‖² − x_{t+1}ᵀAx_t + β‖x_t‖² obeys Q_{t+1} = βQ_t exactly, and therefore, for all
symmetric H, x_0, x_1 and η, ρ > 0: (2ρ − ‖A‖)(‖x_{t+1}‖² + β‖x_t‖²) ≤ β^t (2ρ + ‖A‖)(‖x_1‖² + β‖x_0‖²). Here: t = 2;
for other t it follows in the same way. It says something where ‖A‖ < 2ρ: where all eigenvalues λ of H obey (1 − √β)² <
ηλ < (1 + √β)². Then the distance shrinks by √β a step, the same for all of them; at the ends of that range it shrinks
like t√β^t. See `heavy_ball_best` for the β that this takes.

**Assumes.** Nothing beyond a symmetric H = S + Sᵀ (mutant `not_symmetric`: H = S).

**Tight when** A = 0: one curvature, ηλ = 1 + β. In general up to the constant (2ρ + ‖A‖)/(2ρ − ‖A‖).

**Not claimed.** That each step shrinks the distance: that of Q alone does. Nor anything beyond quadratics.

**Degenerate cases.** ‖A‖ ≥ 2ρ: the left side is not positive, and there is nothing to show.

**Source.** Polyak, *Introduction to Optimization*, 1987, 3.2.1, for the rate; the form Q and its derivation are ours,
in proofs/rates/heavy_ball_rate.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.descent import RATE, inner
from specbound.statements.momentum import combination
from specbound.statements.recipes import entries

DOMAIN = Domain(
    {"S": ("n", "n"), "x0": ("n", "1"), "x1": ("n", "1")},
    numbers={"eta": RATE, "rho": Number(low=0.0, searched=(0.1, 1.0))},
)

STEPS = 2
"""t, how many steps Q is followed."""


def twofold(x: Instance) -> Array:
    """``A = (1 + β)I − ηH``, the sum of the two roots on each eigenvector."""
    return without_symmetry(x, x.ops.sum(x.S, x.ops.transpose(x.S)))


def without_symmetry(x: Instance, hessian: Array) -> Array:
    """The same with any matrix for H."""
    return combination(x, (1 + x.rho**2, x.ops.identity(hessian)), (-x.eta, hessian))


def path(x: Instance, matrix: Array) -> list[Array]:
    """``x_{t+1} = matrix · x_t − β x_{t−1}``."""
    points = [x.x0, x.x1]
    for _ in range(STEPS):
        points.append(combination(x, (1, x.ops.product(matrix, points[-1])), (-(x.rho**2), points[-2])))
    return points


def size(x: Instance, now: Array, before: Array) -> Scalar:
    """``‖now‖² + β ‖before‖²``."""
    return inner(x, now, now) + x.rho**2 * inner(x, before, before)


def after(x: Instance, matrix: Array) -> Scalar:
    """The left side with that matrix for A."""
    points = path(x, matrix)
    return (2 * x.rho - x.ops.singular_value(matrix, 0)) * size(x, points[-1], points[-2])


def before(x: Instance, matrix: Array) -> Scalar:
    """``(2ρ + ‖matrix‖)(‖x_1‖² + β‖x_0‖²)``."""
    return (2 * x.rho + x.ops.singular_value(matrix, 0)) * size(x, x.x1, x.x0)


def lhs(x: Instance) -> Scalar:
    return after(x, twofold(x))


def rhs(x: Instance) -> Scalar:
    return x.rho ** (2 * STEPS) * before(x, twofold(x))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    growth = 2 + 2 * x.rho**2 + 2 * x.eta * norm(x.S)
    return growth ** (2 * STEPS + 1) * (norm(x.x0) + norm(x.x1)) ** 2


statement = Statement(
    id="heavy_ball_rate",
    area="rates",
    claim=r"\forall H = H^\top, x_0, x_1,\ \eta, \rho > 0,\ \beta = \rho^2,\ A = (1 + \beta) I - \eta H,\ "
    r"x_{t+1} = A x_t - \beta x_{t-1}:\ (2\rho - \|A\|) \big(\|x_{t+1}\|^2 + \beta \|x_t\|^2\big) \le "
    r"\beta^t (2\rho + \|A\|) \big(\|x_1\|^2 + \beta \|x_0\|^2\big)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Polyak", "Introduction to Optimization", 1987, "3.2.1"),
    attained=(
        Example("one curvature, ηλ = 1 + β", {"S": [[0.625]], "x0": [[2]], "x1": [[3]], "eta": 1, "rho": 0.5}),
        Example(
            "twice the same, with any symmetric part of it",
            {"S": [[0.625, 1], [-1, 0.625]], "x0": [[2], [1]], "x1": [[3], [-1]], "eta": 1, "rho": 0.5},
        ),
    ),
    mutants=(
        Mutant(
            "not_symmetric",
            "H = S",
            {
                "lhs": lambda x: after(x, without_symmetry(x, x.S)),
                "rhs": lambda x: x.rho ** (2 * STEPS) * before(x, without_symmetry(x, x.S)),
                "recipes": (entries(DOMAIN, size=3),),
            },
        ),
        Mutant("faster", r"$\beta^{t+1}$ in place of $\beta^t$", {"rhs": lambda x: x.rho**2 * rhs(x)}),
        Mutant(
            "without_constant",
            r"$2\rho - \|A\|$ on both sides",
            {
                "rhs": lambda x: (
                    x.rho ** (2 * STEPS) * (2 * x.rho - x.ops.singular_value(twofold(x), 0)) * size(x, x.x1, x.x0)
                )
            },
        ),
    ),
)
