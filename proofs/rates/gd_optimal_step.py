"""``(L + μ) ‖I − ηH‖ ≥ L (1 − ημ) − μ (1 − ηL)``: unit eigenvectors for μ and for L, on which I − ηH is a number."""

from proofs.extremes import conclude_extremes
from specbound.checks.symbolic import Derivation
from specbound.statements.rates.gd_optimal_step import step


def derive(d: Derivation) -> None:
    conclude_extremes(d, step(d.instance))
