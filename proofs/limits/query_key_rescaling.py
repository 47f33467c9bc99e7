"""``Kᵀ A⁻¹ M A Q = Kᵀ M Q`` for A that commutes with M, and the product rule."""

from proofs.rescaling import undone
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    undone(d, "A", "M")
    d.conclude_equal({}, {})
