r"""Added to a weight that is rounded to nearest, an update below half a unit in its last place is lost.

**Claim.** Let w be a number of a floating-point format, its unit in the last place be 1, and δ = ½t with |t| ≤ 1 an
update. Every other number v of the format that is no finer than w is a whole number i ≥ 1 of units away. Then |w + δ −
v| ≥ |δ| = |w + δ − w|: no such v is nearer to w + δ than w is, and where |δ| < ½ none is as near, so that rounding to
nearest gives w back. Here: v = w + i; v = w − i is the same with −t in place of t. The numbers that are finer than w
lie nearer to 0: see `stagnation_toward_zero`. Among the subnormal numbers, near 0, there are none, and this is all.

A run that keeps its weights in that format, without a finer master copy, does not move such a weight at all, however
many steps it takes: for p digits and u = 2^−p half a unit is between ½u|w| and u|w|, which bounds a useful learning
rate from below (`smallest_useful_step`).

**Assumes.** An update of at most half a unit (`bounded`; mutant `longer`).

**Tight when** t = ±1 and v is the neighbour: rounding has to choose, and chooses the even one.

**Not claimed.** Anything on stochastic rounding, which moves the weight by the right amount on average.

**Degenerate cases.** δ = 0.

**Source.** Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed. 2002, 2.1; derivation in
proofs/rates/stagnation.py.
"""

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.recipes import entries

DOMAIN = Domain({"t": ("1", "1")}, {"i": Index(1, lambda _: 2)})
"""The update in halves of a unit, and how many units another number is away: any number, but searches stop at 2."""


def away(x: Instance, update: Scalar) -> Scalar:
    """``|w + δ − v|``."""
    return abs(update - x.i)


def lhs(x: Instance) -> Scalar:
    return away(x, x.ops.entry(x.t) / 2)


def rhs(x: Instance) -> Scalar:
    return abs(x.ops.entry(x.t)) / 2


def scale(x: Instance) -> Scalar:
    return x.i + abs(x.ops.entry(x.t))


AT_MOST_HALF = Assumption("bounded", "a longer update reaches the neighbour", lambda x: x.ops.bounded(x.t))

statement = Statement(
    id="stagnation",
    area="rates",
    claim=r"\forall |t| \le 1,\ i \ge 1,\ \delta = \tfrac{t}{2},\ v = w + i:\ |w + \delta - v| \ge |\delta|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source("Higham", "Accuracy and Stability of Numerical Algorithms", 2002, "2.1"),
    assumptions=(AT_MOST_HALF,),
    attained=(Example("half way to the neighbour", {"t": [[1]], "i": 1}),),
    mutants=(
        Mutant(
            "longer",
            r"$\delta = \tfrac34 t$",
            {"lhs": lambda x: away(x, 3 * x.ops.entry(x.t) / 4), "rhs": lambda x: 3 * abs(x.ops.entry(x.t)) / 4},
        ),
        Mutant("as_it_was", "no update: a distance of 1", {"rhs": lambda x: 1 + 0 * x.ops.entry(x.t)}),
    ),
    recipes=(entries(DOMAIN),),
)
