"""``η‖Jv‖² ≤ η(σ‖Jp‖ + ‖Jq‖)² ≤ 2gᵀv``, by Cauchy and Schwarz for Jp and Jq."""

from proofs.stepping import cauchy_schwarz
from specbound.checks.symbolic import Derivation
from specbound.statements.quadratic_steps import doubled_gain
from specbound.statements.rates.scaled_step_limit_lower import largest_curvature


def derive(d: Derivation) -> None:
    x = d.instance
    across = cauchy_schwarz(d, x.J * x.p, x.J * x.q)
    small = d.assume_at_least("small", doubled_gain(x), x.eta * largest_curvature(x))
    d.conclude({small: 1, across: 2 * x.eta * x.sigma})
