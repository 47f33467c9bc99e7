r"""No step of gradient descent on a quadratic shrinks every start by more than (κ − 1)/(κ + 1), and 2/(L + μ) does.

**Claim.** Let H = JᵀJ be the Hessian of a quadratic, L = λ_max(H) and μ = λ_min(H). A step of length η multiplies the
worst start by ‖I − ηH‖, and for every J and η > 0: (L + μ) ‖I − ηH‖ ≥ L − μ. With κ = L/μ that is
‖I − ηH‖ ≥ (κ − 1)/(κ + 1). By `gd_strongly_convex`, η = 2/(L + μ) reaches it, on every function between μ and L.

**Assumes.** A positive semidefinite Hessian, which JᵀJ is: every one is of that form.

**Tight when** η = 2/(L + μ).

**Not claimed.** Anything on steps that change from one to the next: those of Chebyshev do better, and so does momentum
(`heavy_ball_rate`).

**Degenerate cases.** μ = 0, as wherever J has fewer rows than columns: ‖I − ηH‖ ≥ 1 unless H = 0. L = μ gives ≥ 0.

**Source.** Polyak, *Introduction to Optimization*, 1987, 1.4.2; derivation in proofs/rates/gd_optimal_step.py.
"""

from fractions import Fraction

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.descent import RATE

DOMAIN = Domain({"J": ("m", "n")}, numbers={"eta": RATE})


def hessian(x: Instance) -> Array:
    """``H = JᵀJ``."""
    return x.ops.product(x.ops.transpose(x.J), x.J)


def step(x: Instance) -> Array:
    """``I − ηH``, what a step multiplies the distance to the minimum by."""
    ops, h = x.ops, hessian(x)
    return ops.difference(ops.identity(h), ops.scaled(x.eta, h))


def largest(x: Instance) -> Scalar:
    """``L``."""
    return x.ops.singular_value(x.J, 0) ** 2


def smallest(x: Instance) -> Scalar:
    """``μ``: zero where J has fewer rows than columns."""
    return x.ops.singular_value(x.J, x.J.shape[-1] - 1) ** 2


def lhs(x: Instance) -> Scalar:
    return (largest(x) + smallest(x)) * x.ops.singular_value(step(x), 0)


def rhs(x: Instance) -> Scalar:
    return largest(x) - smallest(x)


def scale(x: Instance) -> Scalar:
    norm, h = x.ops.frobenius_norm, hessian(x)
    return 2 * norm(x.J) ** 2 * (norm(x.ops.identity(h)) + x.eta * norm(x.J) ** 2)


statement = Statement(
    id="gd_optimal_step",
    area="rates",
    claim=r"\forall J, \eta > 0,\ H = J^\top J,\ L = \lambda_{\max}(H),\ \mu = \lambda_{\min}(H):\ "
    r"(L + \mu)\, \|I - \eta H\| \ge L - \mu",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source("Polyak", "Introduction to Optimization", 1987, "1.4.2"),
    attained=(
        Example("the best step, κ = 16/9", {"J": [[Fraction(8, 5), 0], [0, Fraction(6, 5)]], "eta": 0.5}),
        Example("two flat directions", {"J": [[2, 0, 0]], "eta": 0.5}),
    ),
    mutants=(
        Mutant("without_the_smallest", r"$L$ on the right", {"rhs": largest}),
        Mutant("tightened", r"$1.1 (L - \mu)$ on the right", {"rhs": lambda x: 1.1 * rhs(x)}),
        Mutant(
            "largest_only",
            r"$L$ in place of $L + \mu$",
            {"lhs": lambda x: largest(x) * x.ops.singular_value(step(x), 0)},
        ),
    ),
)
