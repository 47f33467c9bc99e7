r"""Gradient descent with a step from 1/L to √3/L on any smooth function meets a short gradient soon.

**Claim.** Let ∇f be L-Lipschitz and f ≥ f*, and x_{k+1} = x_k − (h/L) ∇f(x_k) with 1 ≤ h ≤ √3. Then for all N, the
least of the N + 1 gradients obeys min_k ‖∇f(x_k)‖² ≤ 4L (f(x_0) − f*) / (N (4h − h³) + 2). Here, as in `gd_nonconvex`:
for every γ that no gradient falls below, 4L (f(x_0) − f*) ≥ (N (4h − h³) + 2) γ². The best h is 2/√3, where 4h − h³ is
16/(3√3) = 3.079…; at h = 1 both statements say 3.

**Assumes.** That the data are those of such a function: between each point and the next, both ways, the inequalities
hold that interpolation needs (`smooth`; mutant `not_smooth`), and the last value is ‖∇f(x_N)‖²/(2L) above f*
(`bounded_below`; mutant `unbounded`). That γ is no longer than any gradient (`long_gradients`; mutant `some_shorter`),
and h² ≤ 3 (`within_root_three`; mutant `any_step`).
For h < 1 the right side would be too large (mutant `shorter_step`).

**Tight when** all gradients are equally long and each is turned against the one before by the angle with cosine
1 − h²/2: between the points f curves by L and by −L.

**Not claimed.** Anything from √3 to 2, where the worst case is another.

**Degenerate cases.** N = 0 is 2L (f(x_0) − f*) ≥ γ².

**Source.** Abbaszadehpeivasti, de Klerk & Zamani, *Optimization Letters* 16, 2022, 1649–1661; derivation by our own
sum over single steps in proofs/rates/gd_nonconvex_long.py.
"""

from fractions import Fraction

from specbound.core.instance import Instance, Number
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.runs import Claimed, Met, smooth_between, smooth_runs, turning_runs
from specbound.statements.smooth_descents import BOUNDED_BELOW, LONG, LONGEST, bound, runs_with, scale, smooth, start

DOMAIN = runs_with(Number(low=1.0, searched=(1.0, LONGEST)))
SHORTER = runs_with(Number(low=0.0, searched=(0.05, 1.0)))


def rate(x: Instance) -> Scalar:
    return 4 * x.h - x.h**3


def lhs(x: Instance) -> Scalar:
    return start(x)


def rhs(x: Instance) -> Scalar:
    return bound(x, rate(x))


def between(x: Instance, before: Met, after: Met) -> list[Claimed]:
    """What is assumed of two consecutive points."""
    return [smooth_between(x, before, after), smooth_between(x, after, before)]


SMOOTH = smooth(between)
WITHIN = Assumption("within_root_three", "a longer step may lead to a shorter gradient", lambda x: x.h**2 <= 3)

statement = Statement(
    id="gd_nonconvex_long",
    area="rates",
    claim=r"\forall N,\ \nabla f\ L\text{-Lipschitz},\ f \ge f^*,\ 1 \le h \le \sqrt{3},\ "
    r"x_{k+1} = x_k - \tfrac{h}{L} \nabla f(x_k),\ \|\nabla f(x_k)\| \ge \gamma:\ "
    r"4L\, (f(x_0) - f^*) \ge (N (4h - h^3) + 2)\, \gamma^2",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source(
        "Abbaszadehpeivasti, de Klerk & Zamani", "Exact worst-case convergence rate", 2022, "Optim. Lett. 16, 1649–1661"
    ),
    assumptions=(SMOOTH, BOUNDED_BELOW, LONG, WITHIN),
    attained=(
        Example(
            "gradients that turn by the angle with cosine 7/25",
            {
                "G": [[1, Fraction(7, 25)], [0, Fraction(24, 25)]],
                "F": [[Fraction(96, 125) + Fraction(1, 2), Fraction(1, 2)]],
                "L": 1,
                "h": Fraction(6, 5),
                "gamma": 1,
            },
        ),
    ),
    mutants=(
        Mutant("square", "$4h - h^2$ in place of $4h - h^3$", {"rhs": lambda x: bound(x, 4 * x.h - x.h**2)}),
        Mutant("better_start", "$3$ in place of $2$", {"rhs": lambda x: rhs(x) + x.gamma**2}),
        Mutant(
            "not_smooth",
            "values that decrease by less",
            {
                "assumptions": (BOUNDED_BELOW, LONG, WITHIN),
                "recipes": (smooth_runs(DOMAIN, "shallow", (1.0, LONGEST), slack=(-1.0, 0.0)),),
            },
        ),
        Mutant(
            "unbounded",
            "any value for $f^*$",
            {
                "assumptions": (SMOOTH, LONG, WITHIN),
                "recipes": (smooth_runs(DOMAIN, "low", (1.0, LONGEST), end=(-1.0, 0.0)),),
            },
        ),
        Mutant(
            "some_shorter",
            r"any $\gamma$",
            {
                "assumptions": (SMOOTH, BOUNDED_BELOW, WITHIN),
                "recipes": (smooth_runs(DOMAIN, "shorter", (1.0, LONGEST), share=1.5),),
            },
        ),
        Mutant(
            "any_step",
            "$h$ up to 2",
            {
                "assumptions": (SMOOTH, BOUNDED_BELOW, LONG),
                "recipes": (smooth_runs(DOMAIN, "longer", (1.8, 2.0)),),
            },
        ),
        Mutant(
            "shorter_step",
            "$h < 1$",
            {"domain": SHORTER, "recipes": (smooth_runs(SHORTER, "shorter_step", (0.05, 1.0)),)},
        ),
    ),
    recipes=(smooth_runs(DOMAIN, "smooth_runs", (1.0, LONGEST)), turning_runs(DOMAIN, "turning_runs", (1.0, LONGEST))),
)
