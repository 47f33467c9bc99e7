r"""Toward zero an update is lost below a quarter of a unit where the weight is a power of two, else below half a unit.

**Claim.** Let w = 2^(p−1) + j be a number of a format with p digits, its unit in the last place 1, j from 0 to 2^(p−1)
− 1. The numbers v of the format that are finer than w have p digits and a unit of 1/f with f ≥ 2: v = n/f with n from
0 to 2^p − 1. For an update δ = t(2j + 1)/4 with |t| ≤ 1, and all these v: |w + δ − v| ≥ |δ| = |w + δ − w|. So none of
them is nearer to w + δ than w is, and none as near where |t| < 1. With `stagnation`, an update below min(½, (2j +
1)/4) units is lost: below a quarter at a power of two, j = 0, and below half for every other w. In terms of u = 2^−p,
all updates below ½u|w| are lost (`smallest_useful_step`). Negative v are farther away still, and negative w are
mirrored.

**Assumes.** |t| ≤ 1 (`bounded`; mutant `half_a_unit`, which takes δ = ½t at powers of two as well).

**Tight when** t = −1 and v is the next number toward zero, n = 2^p − 1 and f = 2, for every w.

**Not claimed.** That the bound is sharp for j ≥ 1, where `stagnation` bounds the update first.

**Degenerate cases.** The smallest power of two that is normal has no finer numbers below it, and needs no quarter.

**Source.** Ours; derivation in proofs/rates/stagnation_toward_zero.py.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from specbound.core.instance import Domain, Index, Instance, Number
from specbound.core.recipe import Recipe
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Ops, Scalar
from specbound.statements.recipes import entries

DIGITS = Index(1, lambda _: 3)
"""p: any number of digits, but searches stop at 3, where every number of a binade is met often."""

BEYOND_POWER = Index(0, lambda sizes: 2 ** (sizes["p"] - 1) - 1)
"""j: how many units a weight is beyond a power of two."""

DOMAIN = Domain(
    {"t": ("1", "1")},
    {"p": DIGITS, "j": BEYOND_POWER, "n": Index(0, lambda sizes: 2 ** sizes["p"] - 1)},
    {"f": Number(low=2.0, searched=(2.0, 8.0))},
)


def weight(x: Instance) -> Scalar:
    """``w = 2^(p−1) + j``."""
    return 2 ** (x.p - 1) + x.j


def away(x: Instance, update: Scalar, finer: Scalar) -> Scalar:
    """``|w + δ − n/finer|``."""
    return abs(weight(x) + update - x.n / finer)


def update(x: Instance) -> Scalar:
    """``δ = t(2j + 1)/4``."""
    return (2 * x.j + 1) * x.ops.entry(x.t) / 4


def lhs(x: Instance) -> Scalar:
    return away(x, update(x), x.f)


def rhs(x: Instance) -> Scalar:
    return (2 * x.j + 1) * abs(x.ops.entry(x.t)) / 4


def scale(x: Instance) -> Scalar:
    return (weight(x) + x.n) * (1 + abs(x.ops.entry(x.t)))


def half_way() -> Recipe:
    """Updates that lead almost half way to the next number toward zero."""
    drawn = entries(DOMAIN)

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        x = drawn.build({**values, "n": 2 ** values["p"] - 1, "f": 2 + 0 * values["f"]}, ops)
        return replace(x, values={**x.values, "t": (x.t - 1) / 2**20 - 1 + 2.0**-19})

    return replace(drawn, name="half_way", build=build)


WITHIN = Assumption("bounded", "a longer update reaches the next number", lambda x: x.ops.bounded(x.t))

statement = Statement(
    id="stagnation_toward_zero",
    area="rates",
    claim=r"\forall p,\ 0 \le j < 2^{p-1},\ 0 \le n < 2^p,\ f \ge 2,\ |t| \le 1,\ w = 2^{p-1} + j,\ "
    r"\delta = \tfrac{2j + 1}{4} t:\ \big|w + \delta - \tfrac{n}{f}\big| \ge |\delta|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/stagnation_toward_zero.py"),
    assumptions=(WITHIN,),
    attained=(
        Example("half way down from a power of two", {"t": [[-1]], "p": 3, "j": 0, "n": 7, "f": 2}),
        Example("half way down from another number", {"t": [[-1]], "p": 3, "j": 1, "n": 7, "f": 2}),
    ),
    mutants=(
        Mutant(
            "half_a_unit",
            r"$\delta = \tfrac{j + 1}{2} t$",
            {
                "lhs": lambda x: away(x, (x.j + 1) * x.ops.entry(x.t) / 2, x.f),
                "rhs": lambda x: (x.j + 1) * abs(x.ops.entry(x.t)) / 2,
            },
        ),
        Mutant("any_grid", "$f/2$ in place of $f$", {"lhs": lambda x: away(x, update(x), x.f / 2)}),
    ),
    recipes=(entries(DOMAIN), half_way()),
)
