"""``α gᵀPPᵀ(s − t) + ‖b‖ ‖Q(s − t)‖ ≥ (s − t)ᵀ(αPPᵀg + b) ≥ 0`` with ``b = Q Eᵀ Q g``."""

from proofs.deforming import columns
from proofs.stepping import cauchy_schwarz
from specbound.checks.symbolic import Derivation
from specbound.statements.clipping import rest
from specbound.statements.rates.best_step import apart, whole_gain


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("orthonormal_columns", *columns(x.P))
    better = d.assume_at_least("better", whole_gain(x, x.s), whole_gain(x, x.t))
    across = cauchy_schwarz(d, rest(x), apart(x))
    d.conclude({better: 1, across: 1})
