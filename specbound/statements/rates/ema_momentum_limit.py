r"""Up to λ_max(P⁻¹H) = 2(1 + β)/((1 − β)η), an averaged gradient behind a fixed preconditioner P stays bounded.

**Claim.** Let H be the Hessian of a quadratic with the minimum 0, P positive definite, 0 ⪯ H ⪯ λP, and m_{t+1} = βm_t
+ (1 − β)Hx_t, x_{t+1} = x_t − ηP⁻¹m_{t+1}: Adam with its second moments frozen at P, without its correction of the
bias. With (1 − β)ηλ ≤ 2(1 + β), for all x_0, m_0 and β < 1: (1 − β) Σ_t δ_tᵀPδ_t ≤ W_0 = ½ dᵀ(2(1 + β)P − (1 − β)ηH)d
+ ½ (1 − β)η sᵀHs, where δ_t = x_{t+2} − x_t, d = x_1 − x_0, s = x_1 + x_0. Here: one term of the sum, for all sizes,
with P = (RRᵀ)⁻¹, H = λ R⁻ᵀKKᵀR⁻¹ and ω = 1 − β. W falls by a term at each step and W ≥ 0 at every point, so that it
holds of any number. So for β > 0 and η below the limit W stays bounded, x_{t+2} − x_t tends to 0, and with it, where H
is positive definite, x_t.

**Assumes.** The limit (`below_limit`; mutants `beyond_limit` and `averaged_twice`): beyond it the path grows
(`momentum_beyond_limit`, with ν = 0 and μ = (1 − β)η), and at it x, −x, x, … goes on forever. λ = λ_max(P⁻¹H), as ‖K‖
≤ 1 says (`contraction`; mutant `any_curvature`). P has an inverse (`nonsingular`).

**Tight when** η is at the limit and x_1 = −x_0 is an eigenvector of P⁻¹H for λ: both sides are 0.

**Not claimed.** Anything on a preconditioner that follows the gradients, as that of Adam does in training: near this
limit it grows with them, and the limit with it.

**Degenerate cases.** β = 0: preconditioned gradient descent. With P = I it is heavy ball at the rate (1 − β)η. Some β
< 0 are within the claim (ω > 1), and of no use.

**Source.** The limit: Cohen et al., *Adaptive Gradient Methods at the Edge of Stability*, 2022; the energy and its
derivation are ours, in proofs/rates/ema_momentum_limit.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.descent import CURVATURE, RATE
from specbound.statements.momentum import (
    CURVATURE_WITHIN,
    Map,
    below_limit,
    combination,
    energy,
    size_of_path,
    stretched,
    two_steps_apart,
    up_to,
)

DOMAIN = Domain(
    {"R": ("n", "n"), "K": ("n", "m"), "x0": ("n", "1"), "m0": ("n", "1")},
    numbers={"eta": RATE, "lam": CURVATURE, "omega": Number(low=0.0, searched=(0.01, 1.0))},
)

TERMS = 1
"""How many terms the sum has."""


def beta(x: Instance) -> Scalar:
    return 1 - x.omega


def limit(x: Instance) -> Scalar:
    return 2 * (2 - x.omega) / (x.omega * x.lam)


def root(x: Instance) -> Array:
    """``R⁻¹``, whose square in the sense of ``P = R⁻ᵀR⁻¹`` is the preconditioner."""
    return x.ops.solve(x.R, x.ops.identity(x.R))


def metric(x: Instance) -> Map:
    """``P`` times a column."""
    return lambda column: x.ops.product(x.ops.transpose(root(x)), root(x), column)


def hessian(x: Instance) -> Map:
    """``H`` times a column."""
    product, transpose = x.ops.product, x.ops.transpose
    return lambda column: x.ops.scaled(x.lam, product(transpose(root(x)), x.K, transpose(x.K), root(x), column))


def path(x: Instance) -> list[Array]:
    points, average = [x.x0], x.m0
    for _ in range(TERMS + 1):
        average = combination(x, (beta(x), average), (x.omega, hessian(x)(points[-1])))
        step = x.ops.product(x.R, x.ops.transpose(x.R), average)
        points.append(combination(x, (1, points[-1]), (-x.eta, step)))
    return points


def moved(x: Instance, weight: Scalar) -> Scalar:
    """``weight · Σ δᵀPδ``."""
    return weight * two_steps_apart(x, path(x), metric(x))


def lhs(x: Instance) -> Scalar:
    return moved(x, x.omega)


def rhs(x: Instance) -> Scalar:
    step = x.omega * x.eta
    return energy(x, path(x)[:2], beta(x), step, step, metric(x), hessian(x))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    condition = 1 + norm(x.R) ** 2 * norm(root(x)) ** 2
    growth = (1 + x.omega) * (1 + x.eta * x.lam * (1 + norm(x.K) ** 2))
    start = norm(root(x)) * norm(x.x0) + x.eta * norm(x.R) * norm(x.m0)
    return condition * size_of_path(start, growth, TERMS)


BELOW = below_limit(limit)
NONSINGULAR = Assumption("nonsingular", "there is no preconditioner otherwise", lambda x: x.ops.nonsingular(x.R))

statement = Statement(
    id="ema_momentum_limit",
    area="rates",
    claim=r"\forall x_0, m_0,\ P = (R R^\top)^{-1},\ 0 \preceq H \preceq \lambda P,\ \beta < 1,\ "
    r"0 < \eta \le \tfrac{2 (1 + \beta)}{(1 - \beta) \lambda},\ m_{t+1} = \beta m_t + (1 - \beta) H x_t,\ "
    r"x_{t+1} = x_t - \eta P^{-1} m_{t+1}:\ (1 - \beta) \sum_t (x_{t+2} - x_t)^\top P (x_{t+2} - x_t) \le "
    r"\tfrac12 (x_1 - x_0)^\top (2 (1 + \beta) P - (1 - \beta)\eta H) (x_1 - x_0) "
    r"+ \tfrac{(1 - \beta) \eta}{2} (x_1 + x_0)^\top H (x_1 + x_0)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Cohen et al.", "Adaptive Gradient Methods at the Edge of Stability", 2022),
    assumptions=(BELOW, CURVATURE_WITHIN, NONSINGULAR),
    attained=(
        Example(
            "back and forth at the limit",
            {"R": [[2]], "K": [[1]], "x0": [[3]], "m0": [[-1]], "eta": 1.5, "lam": 4, "omega": 0.5},
        ),
    ),
    mutants=(
        Mutant(
            "beyond_limit",
            "any learning rate",
            {
                "assumptions": (CURVATURE_WITHIN, NONSINGULAR),
                "recipes": (up_to(limit, DOMAIN, 2, nonsingular=("R",)),),
            },
        ),
        Mutant(
            "averaged_twice",
            r"learning rates up to $2(1 + \beta)/((1 - \beta)^2 \lambda)$",
            {
                "assumptions": (CURVATURE_WITHIN, NONSINGULAR),
                "recipes": (up_to(lambda x: limit(x) / x.omega, DOMAIN, nonsingular=("R",)),),
            },
        ),
        Mutant(
            "any_curvature",
            "curvature beyond λ",
            {
                "assumptions": (BELOW, NONSINGULAR),
                "lhs": lambda x: lhs(stretched(x)),
                "rhs": lambda x: rhs(stretched(x)),
            },
        ),
    ),
    recipes=(up_to(limit, DOMAIN, nonsingular=("R",)),),
)
