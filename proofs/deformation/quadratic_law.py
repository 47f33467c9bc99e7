"""``σ₁(DᵀMD) ≥ α² σ₁(PᵀMP)``: the top singular pair of PᵀMP, carried over by P, where D multiplies by α."""

from proofs.decompositions import top_pair
from proofs.deforming import columns
from specbound.checks.symbolic import Derivation
from specbound.statements.deformations import deformed


def derive(d: Derivation) -> None:
    x = d.instance
    inner = x.ops.compression(x.M, x.P, x.P)
    pair = x.ops.svd(inner)
    u, v, value = pair.left(1), pair.right(1), pair.value(0)
    d.assume("orthonormal_columns", *columns(x.P))
    d.given("top singular pair of PᵀMP", *top_pair(inner, u, v, value))
    d.conclude({d.spectral_norm(deformed(x), right=x.P * v, left=x.P * u): 1})
