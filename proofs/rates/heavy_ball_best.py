"""``(L + μ) ‖A‖ ≥ L (1 + β − ημ) − μ (1 + β − ηL)``: unit eigenvectors for μ and for L, on which A is a number."""

from proofs.extremes import conclude_extremes
from specbound.checks.symbolic import Derivation
from specbound.statements.rates.heavy_ball_best import twofold


def derive(d: Derivation) -> None:
    conclude_extremes(d, twofold(d.instance))
