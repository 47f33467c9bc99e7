"""``(2α²p² + r²) ηc ‖PᵀDDᵀg‖ ≥ 2α²p² ητα``: ``2αp ‖Dᵀg‖ ≤ α²p² + ‖Dᵀg‖² = 2α²p² + r²``."""

from proofs.clipping import gradient
from specbound.checks.symbolic import Derivation
from specbound.statements.clipping import clipped_length, moved_inflated


def derive(d: Derivation) -> None:
    x = d.instance
    g = gradient(d)
    acts = d.assume_at_least("clipping_acts", clipped_length(x), x.tau)
    moved = d.column_norm(moved_inflated(x))
    far = d.root("‖PᵀDDᵀg‖ ≥ α² ‖Pᵀg‖", moved, x.alpha**2 * g.along)
    square = d.square(g.whole - x.alpha * g.along)
    d.conclude(
        {
            square: x.eta * x.c * moved,
            far: 2 * x.eta * x.c * x.alpha * g.along * g.whole,
            acts: 2 * x.eta * x.alpha**3 * g.along**2,
        }
    )
