r"""Up to the learning rate 2(1 + β)/λ, gradient descent with momentum β stays bounded on a quadratic.

**Claim.** Let 0 ⪯ H ⪯ λI be the Hessian of a quadratic with the minimum 0, and x_{t+1} = x_t − ηHx_t + β(x_t −
x_{t−1}). With η ≤ 2(1 + β)/λ, for all x_0, x_1 and β > 0: (1 − β) Σ_t ‖x_{t+2} − x_t‖² ≤ W_0 = ½ dᵀ(2(1 + β) I − ηH) d
+ ½ η sᵀHs, d = x_1 − x_0, s = x_1 + x_0. Here: two terms of the sum, for all sizes; W_{t+1} = W_t − (1 − β) ‖x_{t+2} −
x_t‖² and W ≥ 0 at every point, so that it holds of any number. So for β < 1 and η below the limit W stays bounded,
x_{t+2} − x_t tends to 0, and with it, where H is positive definite, x_t.

**Assumes.** η ≤ 2(1 + β)/λ (`below_limit`; mutant `beyond_limit`), which is the limit of stability: beyond it the path
grows (`momentum_beyond_limit`), and at it x, −x, x, … goes on forever. Curvature between 0 and λ, as ‖K‖ ≤ 1 says of H
= λKKᵀ (`contraction`; mutant `any_curvature`).

**Tight when** η = 2(1 + β)/λ and x_1 = −x_0 is an eigenvector of curvature λ, and at rest where H is 0: both sides are
0.

**Not claimed.** Anything beyond quadratics: heavy ball with constants that suit a quadratic may cycle on a strongly
convex function (Lessard, Recht & Packard, *SIAM Journal on Optimization* 26, 2016, section 4.6).

**Degenerate cases.** β = 1: no bound, as a pendulum does not come to rest. β = 0: gradient descent, η ≤ 2/λ.

**Source.** Polyak, *Introduction to Optimization*, 1987, 3.2.1, for the limit; the energy and its derivation are ours,
in proofs/rates/heavy_ball_limit.py.
"""

from specbound.core.instance import Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.momentum import (
    CURVATURE_WITHIN,
    DOMAIN,
    below_limit,
    combination,
    curved,
    energy,
    size_of_path,
    stretched,
    two_steps_apart,
    unchanged,
    up_to,
)

TERMS = 2
"""How many terms the sum has."""


def limit(x: Instance) -> Scalar:
    return 2 * (1 + x.beta) / x.lam


def path(x: Instance) -> list[Array]:
    points = [x.x0, x.x1]
    for _ in range(TERMS):
        before, now = points[-2:]
        points.append(combination(x, (1 + x.beta, now), (-x.beta, before), (-x.eta, curved(x)(now))))
    return points


def moved(x: Instance, weight: Scalar) -> Scalar:
    """``weight · Σ ‖x_{t+2} − x_t‖²``."""
    return weight * two_steps_apart(x, path(x), unchanged)


def lhs(x: Instance) -> Scalar:
    return moved(x, 1 - x.beta)


def rhs(x: Instance) -> Scalar:
    return energy(x, (x.x0, x.x1), x.beta, x.eta, x.eta, unchanged, curved(x))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return size_of_path(norm(x.x0) + norm(x.x1), x.beta + x.eta * x.lam * (1 + norm(x.K) ** 2), TERMS)


BELOW = below_limit(limit)

statement = Statement(
    id="heavy_ball_limit",
    area="rates",
    claim=r"\forall x_0, x_1,\ 0 \preceq H \preceq \lambda I,\ \beta > 0,\ "
    r"0 < \eta \le \tfrac{2 (1 + \beta)}{\lambda},\ x_{t+1} = x_t - \eta H x_t + \beta (x_t - x_{t-1}):\ "
    r"(1 - \beta) \sum_t \|x_{t+2} - x_t\|^2 \le \tfrac12 (x_1 - x_0)^\top (2 (1 + \beta) I - \eta H) (x_1 - x_0) "
    r"+ \tfrac{\eta}{2} (x_1 + x_0)^\top H (x_1 + x_0)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Polyak", "Introduction to Optimization", 1987, "3.2.1"),
    assumptions=(BELOW, CURVATURE_WITHIN),
    attained=(
        Example(
            "back and forth at the limit",
            {"K": [[1]], "x0": [[1]], "x1": [[-1]], "eta": 0.75, "lam": 4, "beta": 0.5},
        ),
        Example(
            "at rest on a flat direction",
            {"K": [[1], [0]], "x0": [[0], [1]], "x1": [[0], [1]], "eta": 0.5, "lam": 4, "beta": 0.5},
        ),
    ),
    mutants=(
        Mutant(
            "beyond_limit",
            "any learning rate",
            {"assumptions": (CURVATURE_WITHIN,), "recipes": (up_to(limit, DOMAIN, 2),)},
        ),
        Mutant(
            "any_curvature",
            "curvature beyond λ",
            {"assumptions": (BELOW,), "lhs": lambda x: lhs(stretched(x)), "rhs": lambda x: rhs(stretched(x))},
        ),
        Mutant("no_damping", r"1 in place of $1 - \beta$", {"lhs": lambda x: moved(x, 1)}),
    ),
    recipes=(up_to(limit, DOMAIN),),
)
