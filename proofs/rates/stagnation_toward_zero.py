"""``|w + δ − v| ≥ w − v + δ`` and ``δ − |δ| ≥ −(2j + 1)/2``; what is left, ``(2^p − 1)/2 − n/f``, is not negative.

It is ``(2^p − 1 − n)/f + (2^p − 1)(f − 2)/(2f)``.
"""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.rates.stagnation_toward_zero import update, weight


def derive(d: Derivation) -> None:
    x = d.instance
    t, half = x.ops.entry(x.t), sympy.Rational(1, 2)
    at_most_one = d.assume_at_least("bounded", sympy.Integer(1), sympy.Abs(t))
    _, not_below = d.absolute(t)
    away, _ = d.absolute(weight(x) + update(x) - x.n / x.f)
    units = d.combine("2j + 1 ≥ 0", 2 * x.j + 1, {d.at_least("j"): 2})
    digits = d.at_most("n")
    largest = d.combine("2^p − 1 ≥ 0", digits.expression + x.n, {digits: 1, d.at_least("n"): 1})
    d.conclude(
        {
            away: 1,
            d.times(units, not_below): half / 2,
            d.times(units, at_most_one): half,
            digits: 1 / x.f,
            d.times(largest, d.at_least("f")): half / x.f,
        }
    )
