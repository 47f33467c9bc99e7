r"""Gradient descent with a step of at most 1/L on any smooth function meets a short gradient soon.

**Claim.** Let ∇f be L-Lipschitz and f ≥ f*, and x_{k+1} = x_k − (h/L) ∇f(x_k) with 0 < h ≤ 1. Then for all N, the
least of the N + 1 gradients obeys min_k ‖∇f(x_k)‖² ≤ 4L (f(x_0) − f*) / (N (4h − h²) + 2). Here: for every γ that no
gradient falls below, 4L (f(x_0) − f*) ≥ (N (4h − h²) + 2) γ². An instance is what a run leaves: the gradients G and
values F = f(x_k) − f* at x_0 … x_N; how far the points lie apart follows from them. At h = 1 the factor is
3N + 2.

**Assumes.** That the data are those of such a function: from each point to the next the values decrease by as much as
interpolation needs (`smooth`; mutant `not_smooth`), and the last value is ‖∇f(x_N)‖²/(2L) above f* (`bounded_below`;
mutant `unbounded`). That γ is no longer than any gradient (`long_gradients`; mutant `some_shorter`), and h ≤ 1
(`short_step`; mutant `longer_step`; see `gd_nonconvex_long`).

**Tight when** all gradients are equal and each value is as high above the next as they allow: in between, f becomes
flatter and steeper again, as a zigzag of curvature ±L does. So the constant cannot be improved for any N and h ≤ 1.

**Not claimed.** That the last gradient is the shortest.

**Degenerate cases.** N = 0 is 2L (f(x_0) − f*) ≥ γ².

**Source.** Abbaszadehpeivasti, de Klerk & Zamani, *Optimization Letters* 16, 2022, 1649–1661; derivation by our own
sum over single steps in proofs/rates/gd_nonconvex.py.
"""

from specbound.core.instance import Instance, Number
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.runs import Claimed, Met, smooth_between, smooth_runs
from specbound.statements.smooth_descents import BOUNDED_BELOW, LONG, LONGEST, bound, runs_with, scale, smooth, start

DOMAIN = runs_with(Number(low=0.0, searched=(0.05, 1.0)))


def rate(x: Instance) -> Scalar:
    return 4 * x.h - x.h**2


def lhs(x: Instance) -> Scalar:
    return start(x)


def rhs(x: Instance) -> Scalar:
    return bound(x, rate(x))


def between(x: Instance, before: Met, after: Met) -> list[Claimed]:
    """What is assumed of two consecutive points."""
    return [smooth_between(x, before, after)]


SMOOTH = smooth(between)
SHORT = Assumption("short_step", "a longer step may lead to where f rises again", lambda x: x.h <= 1)

statement = Statement(
    id="gd_nonconvex",
    area="rates",
    claim=r"\forall N,\ \nabla f\ L\text{-Lipschitz},\ f \ge f^*,\ 0 < h \le 1,\ "
    r"x_{k+1} = x_k - \tfrac{h}{L} \nabla f(x_k),\ \|\nabla f(x_k)\| \ge \gamma:\ "
    r"4L\, (f(x_0) - f^*) \ge (N (4h - h^2) + 2)\, \gamma^2",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source(
        "Abbaszadehpeivasti, de Klerk & Zamani", "Exact worst-case convergence rate", 2022, "Optim. Lett. 16, 1649–1661"
    ),
    assumptions=(SMOOTH, BOUNDED_BELOW, LONG, SHORT),
    attained=(
        Example("one step", {"G": [[1, 1]], "F": [[1.25, 0.5]], "L": 1, "h": 1, "gamma": 1}),
        Example("two short steps", {"G": [[2, 2, 2]], "F": [[2.75, 1.875, 1]], "L": 2, "h": 0.5, "gamma": 2}),
    ),
    mutants=(
        Mutant("no_square", "$4h$ in place of $4h - h^2$", {"rhs": lambda x: bound(x, 4 * x.h)}),
        Mutant("better_start", "$3$ in place of $2$", {"rhs": lambda x: rhs(x) + x.gamma**2}),
        Mutant(
            "not_smooth",
            "values that decrease by less",
            {
                "assumptions": (BOUNDED_BELOW, LONG, SHORT),
                "recipes": (smooth_runs(DOMAIN, "shallow", (0.05, 1.0), slack=(-1.0, 0.0)),),
            },
        ),
        Mutant(
            "unbounded",
            "any value for $f^*$",
            {
                "assumptions": (SMOOTH, LONG, SHORT),
                "recipes": (smooth_runs(DOMAIN, "low", (0.05, 1.0), end=(-1.0, 0.0)),),
            },
        ),
        Mutant(
            "some_shorter",
            r"any $\gamma$",
            {
                "assumptions": (SMOOTH, BOUNDED_BELOW, SHORT),
                "recipes": (smooth_runs(DOMAIN, "shorter", (0.05, 1.0), share=1.5),),
            },
        ),
        Mutant(
            "longer_step",
            r"any $h$",
            {
                "assumptions": (SMOOTH, BOUNDED_BELOW, LONG),
                "recipes": (smooth_runs(DOMAIN, "longer", (1.0, LONGEST)),),
            },
        ),
    ),
    recipes=(smooth_runs(DOMAIN, "smooth_runs", (0.05, 1.0)),),
)
