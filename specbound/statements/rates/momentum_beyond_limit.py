r"""Beyond its limit momentum has a root below −1: along the eigenvector a path that alternates grows.

**Claim.** Let u be a unit eigenvector of the Hessian H of a quadratic, Hu = λu, and a step v ← βv + Hx, then x ← x −
νHx − μv: heavy ball for ν = 0, Nesterov's method at the rate η for ν = η, μ = βη, an averaged gradient for ν = 0, μ =
(1 − β)η, gradient descent as μ → 0. With z_t = (−1)^t uᵀx_t, b = β(1 − νλ) and ε = λ(μ + (1 + β)ν) − 2(1 + β), for all
starts and numbers: z_2 − bz_1 = (z_1 − bz_0) + εz_1. Step by step this is a recurrence whose polynomial, ρ² − (1 + ε +
b)ρ + b, is −ε at ρ = 1. So for ε > 0, that is λ > 2(1 + β)/(μ + (1 + β)ν), it has a real root ρ > 1, and almost every
start leaves every bounded set like (−ρ)^t. For b ≥ 0 and z_1 ≥ z_0 ≥ 0 every step multiplies the component by at least
1 + ε. For ε = 0 the start z_1 = z_0 goes on as x, −x, x, … The limits of `heavy_ball_limit`, `nesterov_limit` and
`ema_momentum_limit` are those of ε = 0.

**Assumes.** A unit eigenvector u: H is λ uuᵀ + (I − uuᵀ) S (I − uuᵀ) with any S, and u a column of length 1
(`orthonormal_columns`; mutant `any_length`).

**Tight when** always: it is an equality.

**Not claimed.** Stability below: ε < 0 leaves the other conditions, β(1 − νλ) < 1 and λ > 0 (see the three limits).
That training fails beyond the limit: on another loss the path may find a flatter place.

**Degenerate cases.** The numbers are positive here; both sides are polynomials in them, so that 0 is as good.

**Source.** The conditions are Jury's (*Theory and Application of the z-Transform Method*, 1964); derivation in
proofs/rates/momentum_beyond_limit.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import orthonormal
from specbound.statements.descent import CURVATURE, inner, size_with_eigenvector, with_eigenvector
from specbound.statements.momentum import MOMENTUM, combination
from specbound.statements.recipes import by_spectrum

DOMAIN = Domain(
    {"S": ("n", "n"), "u": ("n", "1"), "x0": ("n", "1"), "v": ("n", "1")},
    numbers={"lam": CURVATURE, "beta": MOMENTUM, **dict.fromkeys(("nu", "mu"), Number(low=0.0, searched=(0.01, 1.0)))},
)


def components(x: Instance) -> tuple[Scalar, Scalar, Scalar]:
    """``z_0, z_1, z_2``: of the start and of the points after one and after two steps."""
    point, velocity, sign = x.x0, x.v, 1
    found = [inner(x, x.u, point)]
    for _ in range(2):
        gradient, sign = x.ops.product(with_eigenvector(x), point), -sign
        velocity = combination(x, (x.beta, velocity), (1, gradient))
        point = combination(x, (1, point), (-x.nu, gradient), (-x.mu, velocity))
        found.append(sign * inner(x, x.u, point))
    return found[0], found[1], found[2]


def product_of_roots(x: Instance) -> Scalar:
    """``b = β(1 − νλ)``."""
    return x.beta * (1 - x.nu * x.lam)


def excess(x: Instance) -> Scalar:
    """``ε = λ(μ + (1 + β)ν) − 2(1 + β)``."""
    return x.lam * (x.mu + (1 + x.beta) * x.nu) - 2 * (1 + x.beta)


def lhs(x: Instance) -> Scalar:
    _, now, then = components(x)
    return then - product_of_roots(x) * now


def rhs(x: Instance) -> Scalar:
    return bound(x, excess(x))


def bound(x: Instance, growth: Scalar) -> Scalar:
    """``(z_1 − bz_0) + growth · z_1``."""
    before, now, _ = components(x)
    return now - product_of_roots(x) * before + growth * now


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    growth = 2 + 2 * x.beta + (x.nu + x.mu) * (1 + size_with_eigenvector(x))
    return (1 + norm(x.u)) ** 2 * (1 + x.lam) * growth**3 * (norm(x.x0) + (1 + x.mu) * norm(x.v))


statement = Statement(
    id="momentum_beyond_limit",
    area="rates",
    claim=r"\forall x_0, v_0, \|u\| = 1,\ H u = \lambda u,\ v_{t+1} = \beta v_t + H x_t,\ "
    r"x_{t+1} = x_t - \nu H x_t - \mu v_{t+1},\ z_t = (-1)^t u^\top x_t,\ b = \beta (1 - \nu\lambda):\ "
    r"z_2 - b z_1 = z_1 - b z_0 + \big(\lambda (\mu + (1 + \beta) \nu) - 2 (1 + \beta)\big)\, z_1",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("Jury", "Theory and Application of the z-Transform Method", 1964),
    assumptions=(orthonormal("u"),),
    mutants=(
        Mutant("any_length", "u of any length", {"assumptions": (), "recipes": (by_spectrum(DOMAIN, size=3),)}),
        Mutant(
            "as_heavy_ball",
            r"$\mu + \nu$ in place of $\mu + (1 + \beta)\nu$",
            {"rhs": lambda x: bound(x, excess(x) - x.lam * x.beta * x.nu)},
        ),
        Mutant(
            "without_momentum", r"$2$ in place of $2 (1 + \beta)$", {"rhs": lambda x: bound(x, excess(x) + 2 * x.beta)}
        ),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("u",)),),
)
