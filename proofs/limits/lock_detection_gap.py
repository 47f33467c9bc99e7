"""``σ_i(Ĉ) ≥ 1 − ‖E‖`` for i ≤ d − k, and ``σ_{d-k+j}(Ĉ) ≤ 1/α + ‖E‖``."""

from proofs.deforming import columns
from proofs.detecting import contracted, left_alone
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("orthonormal_columns", *columns(x.U))
    d.conclude({left_alone(d, x.i): 1, contracted(d, x.j): 1})
