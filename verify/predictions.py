"""With which power of α the largest stable learning rate of each optimizer falls, and which statement says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Prediction:
    """``exponents``: for the dense and the rotated form of a lock; None where no statement gives one."""

    statement: str
    exponents: Mapping[str, int | None]


def _both(statement: str, exponent: int | None) -> Prediction:
    return Prediction(statement, {"dense": exponent, "rotated": exponent})


PREDICTED = {
    "sgd": _both("trajectory_equivalence", -2),
    "momentum": _both("trajectory_equivalence", -2),
    "nesterov": _both("trajectory_equivalence", -2),
    "sign": _both("sign_step", -1),
    "lion": _both("sign_step", -1),
    "adam": _both("sign_step", -1),
    "adamw": _both("sign_step", -1),
    "muon": _both("muon_step", -1),
    "shampoo": _both("shampoo_quarter", -1),
    "soap": _both("shampoo_quarter", -1),
    "shampoo_half": _both("shampoo_half_invariance", 0),
    "adahessian_exact": _both("diagonal_newton_invariance", 0),
    "adahessian": _both("diagonal_newton_invariance", None),
    "sophia_exact": _both("sophia_step", None),
    "sophia": _both("sophia_step", None),
    "lbfgs": _both("clipping_law", None),
    "newton_congruent": _both("newton_invariance", 0),
    "levenberg_marquardt_congruent": _both("newton_invariance", 0),
    "levenberg_marquardt": _both("damping_favours_lock", None),
    "kfac_damped": _both("kfac_invariance", None),
}
