"""``σ₁(DᵀMD) ≤ α² σ₁(M)``: D makes no vector longer than α times."""

from proofs.deforming import columns, conclude_crude, contracting
from specbound.checks.symbolic import Derivation
from specbound.statements.deformations import congruent


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("orthonormal_columns", *columns(x.V))
    within, elsewhere = contracting(d, x.A), contracting(d, x.E)
    conclude_crude(d, congruent(x, x.V, x.alpha * x.A, x.E), x.V, within, elsewhere)
