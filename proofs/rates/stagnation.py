"""``|t/2 − i| ≥ i − t/2 ≥ |t|/2``: ``t ≤ |t| ≤ 1 ≤ i``."""

import sympy

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    t, half = x.ops.entry(x.t), sympy.Rational(1, 2)
    at_most_one = d.assume_at_least("bounded", sympy.Integer(1), sympy.Abs(t))
    not_above, _ = d.absolute(t)
    _, away = d.absolute(t / 2 - x.i)
    d.conclude({away: 1, not_above: half, at_most_one: 1, d.at_least("i"): 1})
