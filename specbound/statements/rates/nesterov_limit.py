r"""Up to the learning rate 2(1 + β)/((1 + 2β)λ), Nesterov's method with momentum β stays bounded on a quadratic.

**Claim.** Let 0 ⪯ H ⪯ λI be the Hessian of a quadratic with the minimum 0, and x_{t+1} = y_t − ηHy_t with y_t = x_t +
β(x_t − x_{t−1}). With η ≤ 2(1 + β)/((1 + 2β)λ), for all x_0, x_1 and β > 0: Σ_t ((1 − β) ‖δ_t‖² + βη δ_tᵀHδ_t) ≤ W_0 =
½ dᵀ(2(1 + β) I − (1 + 2β) ηH) d + ½ η sᵀHs, where δ_t = x_{t+2} − x_t, d = x_1 − x_0, s = x_1 + x_0. Here: one term of
the sum, for all sizes. W falls by a term at each step and W ≥ 0 at every point, so that it holds of any number. So for
β < 1 and η below the limit W stays bounded, x_{t+2} − x_t tends to 0, and with it, where H is positive definite, x_t.

**Assumes.** η ≤ 2(1 + β)/((1 + 2β)λ) (`below_limit`; mutants `beyond_limit` and `limit_of_heavy_ball`, which is
larger): beyond it the path grows (`momentum_beyond_limit`), and at it x, −x, x, … goes on forever. Curvature between 0
and λ, as ‖K‖ ≤ 1 says of H = λKKᵀ (`contraction`; mutant `any_curvature`).

**Tight when** η is at the limit and x_1 = −x_0 is an eigenvector of curvature λ, and at rest where H is 0: both sides
are 0.

**Not claimed.** Anything beyond quadratics, nor a rate.

**Degenerate cases.** β = 1: the limit is 4/(3λ), and directions of curvature are still damped. β = 0: gradient
descent.

**Source.** The limit is that of Jury's conditions (*Theory and Application of the z-Transform Method*, 1964); the
energy and its derivation are ours, in proofs/rates/nesterov_limit.py.
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

TERMS = 1
"""How many terms the sum has."""


def limit(x: Instance) -> Scalar:
    return 2 * (1 + x.beta) / ((1 + 2 * x.beta) * x.lam)


def path(x: Instance) -> list[Array]:
    points = [x.x0, x.x1]
    for _ in range(TERMS):
        before, now = points[-2:]
        ahead = combination(x, (1 + x.beta, now), (-x.beta, before))
        points.append(combination(x, (1, ahead), (-x.eta, curved(x)(ahead))))
    return points


def moved(x: Instance, weight: Scalar) -> Scalar:
    """``Σ (weight ‖δ‖² + βη δᵀHδ)``."""
    return two_steps_apart(
        x, path(x), lambda moved: combination(x, (weight, moved), (x.beta * x.eta, curved(x)(moved)))
    )


def lhs(x: Instance) -> Scalar:
    return moved(x, 1 - x.beta)


def rhs(x: Instance) -> Scalar:
    return energy(x, (x.x0, x.x1), x.beta, (1 + 2 * x.beta) * x.eta, x.eta, unchanged, curved(x))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return size_of_path(
        norm(x.x0) + norm(x.x1), x.beta + (1 + 2 * x.beta) * x.eta * x.lam * (1 + norm(x.K) ** 2), TERMS
    )


def heavy_ball_limit(x: Instance) -> Scalar:
    return 2 * (1 + x.beta) / x.lam


BELOW = below_limit(limit)

statement = Statement(
    id="nesterov_limit",
    area="rates",
    claim=r"\forall x_0, x_1,\ 0 \preceq H \preceq \lambda I,\ \beta > 0,\ "
    r"0 < \eta \le \tfrac{2 (1 + \beta)}{(1 + 2\beta) \lambda},\ x_{t+1} = (I - \eta H)(x_t + \beta (x_t - x_{t-1})),\ "
    r"\delta_t = x_{t+2} - x_t:\ \sum_t \delta_t^\top ((1 - \beta) I + \beta\eta H)\, \delta_t \le "
    r"\tfrac12 (x_1 - x_0)^\top (2 (1 + \beta) I - (1 + 2\beta)\eta H) (x_1 - x_0) "
    r"+ \tfrac{\eta}{2} (x_1 + x_0)^\top H (x_1 + x_0)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Jury", "Theory and Application of the z-Transform Method", 1964),
    assumptions=(BELOW, CURVATURE_WITHIN),
    attained=(
        Example(
            "back and forth at the limit",
            {"K": [[1]], "x0": [[1]], "x1": [[-1]], "eta": 0.375, "lam": 4, "beta": 0.5},
        ),
        Example(
            "at rest on a flat direction",
            {"K": [[1], [0]], "x0": [[0], [1]], "x1": [[0], [1]], "eta": 0.25, "lam": 4, "beta": 0.5},
        ),
    ),
    mutants=(
        Mutant(
            "beyond_limit",
            "any learning rate",
            {"assumptions": (CURVATURE_WITHIN,), "recipes": (up_to(limit, DOMAIN, 2),)},
        ),
        Mutant(
            "limit_of_heavy_ball",
            r"learning rates up to $2(1 + \beta)/\lambda$",
            {"assumptions": (CURVATURE_WITHIN,), "recipes": (up_to(heavy_ball_limit, DOMAIN),)},
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
