"""``σ₁(DᵀMD) ≤ α² σ₁(M)``: D makes no vector longer than α times."""

from proofs.deforming import columns, conclude_crude, contracting
from specbound.checks.symbolic import Derivation
from specbound.statements.deformations import deformed


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("orthonormal_columns", *columns(x.P))
    conclude_crude(d, deformed(x), x.P, None, contracting(d, x.E))
