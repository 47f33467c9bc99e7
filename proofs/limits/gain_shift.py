"""``W D⁻¹ D G = W G`` for every reader, and the product rule."""

from proofs.rescaling import undone
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    undone(d, "D")
    d.conclude_equal({}, {})
