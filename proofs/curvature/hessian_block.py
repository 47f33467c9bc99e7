"""``σ₁(M) ≥ σ₁(PᵀMQ)``: the top singular pair of the block, carried over by P and Q."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation
from specbound.statements.curvature.hessian_block import hessian


def derive(d: Derivation) -> None:
    x = d.instance
    block = x.ops.compression(hessian(x), x.P, x.Q)
    pair = x.ops.svd(block)
    u, v, value = pair.left(1), pair.right(1), pair.value(0)
    d.assume("orthonormal_columns", *columns(x.P, x.Q))
    image = (x.P.T * x.S * x.Q * v, value * u - x.P.T * x.S.T * x.Q * v)
    d.given("top singular pair of PᵀMQ, M = S + Sᵀ", image, (u.T * u, 1), (v.T * v, 1))
    d.conclude({d.spectral_norm(hessian(x), right=x.Q * v, left=x.P * u): 1})
