"""``|δ − 1| ≤ δ`` for ``δ = uw(1 + s²)``: the squares differ by ``2δ − 1``, and ``2uw = 1 + 2j/2^p``."""

from specbound.checks.symbolic import Derivation
from specbound.statements.rates.smallest_useful_step import lhs, rhs


def derive(d: Derivation) -> None:
    x = d.instance
    size = 2 * (1 + x.ops.entry(x.s) ** 2) / 2**x.p
    d.conclude({d.root("the squares", rhs(x), lhs(x), facts={d.at_least("j"): size}): 1})
