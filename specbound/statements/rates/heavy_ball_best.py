r"""No learning rate lets one momentum make all roots complex on a quadratic unless √β is at least (√κ − 1)/(√κ + 1).

**Claim.** Let H = JᵀJ be the Hessian of a quadratic, L = λ_max(H), μ = λ_min(H), and A = (1 + β)I − ηH, as in
`heavy_ball_rate`. For every J and η, β > 0: (L + μ) ‖A‖ ≥ (1 + β)(L − μ). The rate √β of `heavy_ball_rate` takes
‖A‖ ≤ 2√β, and then 2√β/(1 + β) ≥ (κ − 1)/(κ + 1) for κ = L/μ, which is √β ≥ (√κ − 1)/(√κ + 1). It is reached:
η = 4/(√L + √μ)² and this β give ‖A‖ = 2√β. As β → 0 this is `gd_optimal_step`, κ in place of √κ.

**Assumes.** A positive semidefinite Hessian, which JᵀJ is: every one is of that form.

**Tight when** η = 2(1 + β)/(L + μ), the best parameters among them.

**Not claimed.** That the rate (√κ − 1)/(√κ + 1) cannot be beaten by another method: for quadratics and many steps it
cannot (Nemirovski & Yudin, *Problem Complexity and Method Efficiency in Optimization*, 1983). On other strongly convex
functions these parameters need not converge.

**Degenerate cases.** μ = 0: ‖A‖ ≥ 1 + β unless H = 0, and no β < 1 has a rate. L = μ gives ≥ 0.

**Source.** Polyak, *Introduction to Optimization*, 1987, 3.2.1; derivation in proofs/rates/heavy_ball_best.py.
"""

from fractions import Fraction

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.descent import RATE
from specbound.statements.momentum import MOMENTUM, combination
from specbound.statements.rates.gd_optimal_step import hessian, largest, smallest

DOMAIN = Domain({"J": ("m", "n")}, numbers={"eta": RATE, "beta": MOMENTUM})


def twofold(x: Instance) -> Array:
    """``A = (1 + β)I − ηH``."""
    h = hessian(x)
    return combination(x, (1 + x.beta, x.ops.identity(h)), (-x.eta, h))


def lhs(x: Instance) -> Scalar:
    return (largest(x) + smallest(x)) * x.ops.singular_value(twofold(x), 0)


def rhs(x: Instance) -> Scalar:
    return (1 + x.beta) * (largest(x) - smallest(x))


def scale(x: Instance) -> Scalar:
    norm, h = x.ops.frobenius_norm, hessian(x)
    return 2 * norm(x.J) ** 2 * ((1 + x.beta) * norm(x.ops.identity(h)) + x.eta * norm(x.J) ** 2)


statement = Statement(
    id="heavy_ball_best",
    area="rates",
    claim=r"\forall J, \eta, \beta > 0,\ H = J^\top J,\ L = \lambda_{\max}(H),\ \mu = \lambda_{\min}(H):\ "
    r"(L + \mu)\, \|(1 + \beta) I - \eta H\| \ge (1 + \beta) (L - \mu)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source("Polyak", "Introduction to Optimization", 1987, "3.2.1"),
    attained=(
        Example("the best parameters at κ = 9: √β = 1/2", {"J": [[3, 0], [0, 1]], "eta": 0.25, "beta": 0.25}),
        Example(
            "the best step for another β",
            {"J": [[Fraction(8, 5), 0], [0, Fraction(6, 5)]], "eta": 0.75, "beta": 0.5},
        ),
    ),
    mutants=(
        Mutant("without_the_smallest", r"$(1 + \beta) L$ on the right", {"rhs": lambda x: (1 + x.beta) * largest(x)}),
        Mutant(
            "squared_momentum",
            r"$(1 + \beta)^2$ in place of $1 + \beta$",
            {"rhs": lambda x: (1 + x.beta) * rhs(x)},
        ),
        Mutant(
            "largest_only",
            r"$L$ in place of $L + \mu$",
            {"lhs": lambda x: largest(x) * x.ops.singular_value(twofold(x), 0)},
        ),
    ),
)
