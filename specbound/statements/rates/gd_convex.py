r"""Gradient descent with step 1/L on a smooth convex function is as near to the least value as 1/(4N + 2) says.

**Claim.** Let f be convex with L-Lipschitz gradient and x* a minimizer, and x_{k+1} = x_k − ∇f(x_k)/L. Then for all N:
f(x_N) − f* ≤ L ‖x_0 − x*‖²/(4N + 2), here multiplied by 4N + 2. An instance is what a run leaves: the gradients G and
values F = f(x_k) − f* at x_0 … x_N, and e = x_0 − x*; the points follow from them.

**Assumes.** That the data are those of such a function: between consecutive points, both ways (`smooth`), and between
each point and the minimizer (`minimizer`), the inequalities hold that interpolation by such a function needs. Mutant
`not_smooth` keeps of them what convexity alone says, mutant `minimizer_elsewhere` drops the second.

**Tight when** f is a Huber function of one variable, L x²/2 near 0 and linear beyond |x_0|/(2N + 1): all N steps go
along the linear part. So the constant cannot be improved for any N.

**Not claimed.** Anything for other steps, some of which are better in the worst case.

**Degenerate cases.** N = 0 is f(x_0) − f* ≤ L ‖x_0 − x*‖²/2. G = 0 gives 0 ≤ L ‖e‖².

**Source.** Drori & Teboulle, *Mathematical Programming* 145, 2014, Theorem 3.1; derivation by a potential of our own,
2kL (f(x_k) − f*) + k(k + 1) ‖∇f(x_k)‖² + L² ‖x_k − x*‖², which never grows, in proofs/rates/gd_convex.py.
"""

from itertools import pairwise

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.runs import (
    RUN,
    SMOOTHNESS,
    Claimed,
    Met,
    assumed,
    convex_at_minimizer,
    convex_between,
    huber_runs,
    inner,
    last,
    met,
    square,
    value,
)

DOMAIN = Domain({**RUN, "e": ("n", "1")}, numbers={"L": SMOOTHNESS})


def lhs(x: Instance) -> Scalar:
    return (4 * last(x) + 2) * value(x, last(x))


def rhs(x: Instance) -> Scalar:
    return x.L * square(x.ops, x.e)


def between(x: Instance, before: Met, after: Met) -> list[Claimed]:
    """What is assumed of two consecutive points."""
    return [convex_between(x, before, after), convex_between(x, after, before)]


def of_steps(x: Instance) -> list[Claimed]:
    run = met(x, x.e, 1)
    return [claim for before, after in pairwise(run) for claim in between(x, before, after)]


def of_points(x: Instance) -> list[Claimed]:
    return [convex_at_minimizer(x, point) for point in met(x, x.e, 1)]


def convexity(x: Instance) -> list[Claimed]:
    """What convexity alone says: no value lies below a tangent, and none above what the tangent at x* allows."""
    run = met(x, x.e, 1)
    size = scale(x)
    claims = [Claimed(inner(x.ops, point.gradient, point.point), point.value, size) for point in run]
    for one in run:
        for other in run:
            apart = x.ops.difference(one.point, other.point)
            claims.append(Claimed(one.value, other.value + inner(x.ops, other.gradient, apart), size))
    return claims


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return (4 * last(x) + 2) * (norm(x.F) + norm(x.G) ** 2 / x.L + x.L * norm(x.e) ** 2)


SMOOTH = assumed("smooth", "where a gradient may jump, a step 1/L may lead up", of_steps)
MINIMIZER = assumed("minimizer", "the distance to any other point says nothing", of_points)

statement = Statement(
    id="gd_convex",
    area="rates",
    claim=r"\forall N,\ f \text{ convex},\ \nabla f\ L\text{-Lipschitz},\ \nabla f(x^*) = 0,\ "
    r"x_{k+1} = x_k - \tfrac{1}{L} \nabla f(x_k):\ (4N + 2)\, (f(x_N) - f(x^*)) \le L\, \|x_0 - x^*\|^2",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Drori & Teboulle", "Performance of first-order methods", 2014, "Math. Program. 145, Theorem 3.1"),
    assumptions=(SMOOTH, MINIMIZER),
    attained=(
        Example("a parabola, before any step", {"G": [[1]], "F": [[0.5]], "e": [[1]], "L": 1}),
        Example("a Huber function, one step", {"G": [[1, 1]], "F": [[2.5, 1.5]], "e": [[3]], "L": 1}),
        Example("a Huber function, two steps", {"G": [[2, 2, 2]], "F": [[9, 7, 5]], "e": [[5]], "L": 2}),
    ),
    mutants=(
        Mutant("better_constant", "$4N + 3$ in place of $4N + 2$", {"lhs": lambda x: lhs(x) + value(x, last(x))}),
        Mutant("one_step_more", "$4(N + 1) + 2$", {"lhs": lambda x: lhs(x) + 4 * value(x, last(x))}),
        Mutant(
            "not_smooth",
            "any convex function",
            {
                "assumptions": (assumed("convex", "a value below a tangent is none of a convex function", convexity),),
                "recipes": (huber_runs(DOMAIN, "steep", steepness=4.0),),
            },
        ),
        Mutant(
            "minimizer_elsewhere",
            "any point for $x^*$",
            {"assumptions": (SMOOTH,), "recipes": (huber_runs(DOMAIN, "near", nearness=0.25),)},
        ),
    ),
    recipes=(huber_runs(DOMAIN, "huber_runs"),),
)
