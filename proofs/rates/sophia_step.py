"""``γ‖KDs‖² ≤ gᵀDs = (K⁻ᵀg)ᵀ KDs ≤ ‖K⁻ᵀg‖ ‖KDs‖``."""

from proofs.stepping import cauchy_schwarz
from specbound.checks.symbolic import Derivation
from specbound.statements.clipped_newton import gain, image, squared_length
from specbound.statements.rates.sophia_step import divided


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("nonsingular", (x.g, x.K.T * divided(x)))
    no_longer = d.assume_at_least("no_longer", gain(x), x.gamma * squared_length(x))
    across = cauchy_schwarz(d, divided(x), image(x))
    moved, bound = d.column_norm(image(x)), d.column_norm(divided(x))
    goal = bound - x.gamma * moved
    times = d.combine("times ‖KDs‖", moved * goal, {no_longer: 1, across: 1})
    d.conclude({d.cancel("γ‖KDs‖ ≤ ‖K⁻ᵀg‖", goal, moved, times): 1})
