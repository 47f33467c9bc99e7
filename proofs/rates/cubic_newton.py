"""``f(x) − f(x+s) = ‖Cs‖²/2 + (3M − 2Lρ)/12 ‖s‖³``, and ρ ≤ 1."""

import sympy

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    length = d.column_norm(x.s)
    small = d.assume_at_least("lipschitz", sympy.Integer(1), x.ops.entry(x.rho))
    d.conclude({small: x.L / 6 * length**3, d.square(d.norm(x.C * x.s)): sympy.Rational(1, 2)})
