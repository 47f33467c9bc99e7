"""``σ₁(DᵀMD) ≥ σ₁(AᵀKA)``, ``K = VᵀMV``: the top singular pair of AᵀKA, carried over by V, where D acts like A."""

from proofs.decompositions import top_pair
from proofs.deforming import columns
from specbound.checks.symbolic import Derivation
from specbound.statements.deformations import congruent


def derive(d: Derivation) -> None:
    x = d.instance
    inner = x.ops.compression(x.ops.compression(x.M, x.V, x.V), x.A, x.A)
    pair = x.ops.svd(inner)
    u, v, value = pair.left(1), pair.right(1), pair.value(0)
    d.assume("orthonormal_columns", *columns(x.V))
    d.given("top singular pair of AᵀKA", *top_pair(inner, u, v, value))
    d.conclude({d.spectral_norm(congruent(x, x.V, x.A, x.E), right=x.V * v, left=x.V * u): 1})
