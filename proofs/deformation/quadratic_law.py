"""``σ₁(DᵀMD) ≥ α² σ₁(PᵀMP)``: the top singular pair of PᵀMP, carried over by P, where D multiplies by α."""

from proofs.deforming import columns, grows_at_least
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *columns(d.instance.P))
    d.conclude({grows_at_least(d): 1})
