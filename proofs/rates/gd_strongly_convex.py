"""``‖Ae − BEe‖ ≤ (|A| + B) ‖e‖`` with ``A = 2 − η(L + μ)``, ``B = η(L − μ) ≥ 0``: the squares compare.

Their difference is ``2B (|A| ‖e‖² + A eᵀEe) + B² (‖e‖² − ‖Ee‖²)``, and with ``p = ‖e‖² ≥ |q|``, ``q = eᵀEe``, twice
``|A| p + A q`` is ``(|A| + A)(p + q) + (|A| − A)(p − q)``.
"""

import sympy

from proofs.deforming import contracting
from specbound.checks.symbolic import Derivation
from specbound.statements.rates.gd_strongly_convex import apart, beyond_middle, moved


def derive(d: Derivation) -> None:
    x = d.instance
    contracting(d, x.E)
    a, b = beyond_middle(x), apart(x)
    length = d.column_norm(x.e)
    whole = d.column_norm(moved(x))
    p, q, half = d.scalar(x.e.T * x.e), d.scalar(x.e.T * x.E * x.e), sympy.Rational(1, 2)
    above = d.combine("eᵀEe ≤ ‖e‖²", p - q, {d.square(d.norm(x.e - x.E * x.e)): half})
    below = d.combine("eᵀEe ≥ −‖e‖²", p + q, {d.square(d.norm(x.e + x.E * x.e)): half})
    minus, plus = d.absolute(a)
    cross = d.combine(
        "|A| ‖e‖² + A eᵀEe ≥ 0", sympy.Abs(a) * p + a * q, {d.times(plus, below): half, d.times(minus, above): half}
    )
    shrunk = d.combine("‖Ee‖² ≤ ‖e‖²", p - d.scalar(x.e.T * x.E.T * x.E * x.e), {})
    larger = (sympy.Abs(a) + b) * length
    d.conclude({d.root("the squares", larger, whole, facts={cross: 2 * b, shrunk: b**2}): half})
