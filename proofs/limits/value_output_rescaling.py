"""``O A⁻¹ E A V = O E V`` for A that commutes with E, and the product rule."""

from proofs.rescaling import undone
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    undone(d, "A", "E")
    d.conclude_equal({}, {})
