"""What the derivations of bounds on a Hessian share: its top singular value is at least that of a block of it."""

from __future__ import annotations

from proofs.decompositions import top_pair
from proofs.deforming import columns
from specbound.checks.symbolic import Derivation, Fact
from specbound.statements.hessians import hessian


def at_least_its_block(d: Derivation) -> Fact:
    """``σ₁(H) ≥ σ₁(ABC)``: the top singular pair of the block, carried over by P and Q."""
    x = d.instance
    block = x.ops.product(x.A, x.B, x.C)
    pair = x.ops.svd(block)
    u, v = pair.left(1), pair.right(1)
    d.assume("orthonormal_columns", *columns(x.P, x.Q))
    d.given("top singular pair of ABC", *top_pair(block, u, v, pair.value(0)))
    return d.spectral_norm(hessian(x), right=x.Q * v, left=x.P * u)
