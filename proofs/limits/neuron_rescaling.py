"""``W_2 D⁻¹ N D W_1 = W_2 N W_1`` for D that commutes with N, and the product rule."""

from proofs.rescaling import undone
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    undone(d, "D", "N")
    d.conclude_equal({}, {})
