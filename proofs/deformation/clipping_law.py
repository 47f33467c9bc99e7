"""``ηc ‖PᵀDDᵀg‖ ≤ ητα``: ``PᵀDDᵀg = α² Pᵀg``, and ``α ‖Pᵀg‖ ≤ ‖Dᵀg‖ ≤ τ/c``."""

from proofs.clipping import gradient
from specbound.checks.symbolic import Derivation
from specbound.statements.clipping import clipped_length, moved_inflated


def derive(d: Derivation) -> None:
    x = d.instance
    g = gradient(d)
    clipped = d.assume_at_least("clipped", x.tau, clipped_length(x))
    moved = d.column_norm(moved_inflated(x))
    at_most = d.root("α ‖Dᵀg‖ ≥ ‖PᵀDDᵀg‖", x.alpha * g.whole, moved, facts={d.square(g.beside): x.alpha**2})
    d.conclude({clipped: x.eta * x.alpha, at_most: x.eta * x.c})
