"""``η(σ‖Jp‖ − ‖Jq‖)² ≤ η‖Jv‖² ≤ 2gᵀv``, by Cauchy and Schwarz for Jp and −Jq."""

from proofs.stepping import cauchy_schwarz
from specbound.checks.symbolic import Derivation
from specbound.statements.quadratic_steps import curvature_along, doubled_gain


def derive(d: Derivation) -> None:
    x = d.instance
    harmless = d.assume_at_least("harmless", doubled_gain(x), x.eta * curvature_along(x))
    across = cauchy_schwarz(d, x.J * x.p, x.J * x.q, sign=-1)
    d.conclude({harmless: 1, across: 2 * x.eta * x.sigma})
