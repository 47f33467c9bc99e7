"""``Am − ηαg = −ηε s``, and ``‖A⁻¹g‖² = ‖s + (ε/α)w‖² ≥ ‖s‖²`` with ``w = A⁻¹s``, since ``sᵀw = wᵀAw ≥ 0``."""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.damped_steps import preconditioner, step
from specbound.statements.rates.adam_epsilon_sign import difference, divided


def derive(d: Derivation) -> None:
    x = d.instance
    a, w = preconditioner(x), sympy.MatrixSymbol("w", *x.g.shape)
    d.given("the step", (x.g, a * step(x) + x.epsilon / x.alpha * step(x)))
    d.assume("nonsingular", (step(x), a * w), (divided(x), a * w + x.epsilon / x.alpha * w))
    apart, bound = d.column_norm(difference(x)), d.column_norm(divided(x))
    larger = x.eta * x.epsilon * bound
    d.conclude({d.root("ηε‖A⁻¹g‖ ≥ ‖Am − ηαg‖", larger, apart): 1})
