"""``αp · ηc ‖QDDᵀg‖ ≤ ητr``: ``QDDᵀg = QEQ (QEᵀQg)`` is no longer than r, and ``αp ≤ ‖Dᵀg‖ ≤ τ/c``."""

import sympy

from proofs.clipping import gradient
from specbound.checks.symbolic import Derivation
from specbound.statements.clipping import clipped_length, moved_rest, rest


def derive(d: Derivation) -> None:
    x = d.instance
    g = gradient(d)
    lack = sympy.MatrixSymbol("F", *x.E.shape)
    d.assume("contraction", (x.E.T * x.E, sympy.Identity(x.E.shape[0]) - lack.T * lack))
    clipped = d.assume_at_least("clipped", x.tau, clipped_length(x))
    moved = d.column_norm(moved_rest(x))
    lost = [d.square(d.norm(part)) for part in (lack * rest(x), x.P.T * x.E * rest(x))]
    shorter = d.root("‖QDDᵀg‖ ≤ ‖QEᵀQg‖", g.beside, moved, facts=dict.fromkeys(lost, 1))
    at_least = d.root("‖Dᵀg‖ ≥ α ‖Pᵀg‖", g.whole, x.alpha * g.along, facts={d.square(g.beside): 1})
    d.conclude(
        {
            shorter: x.alpha * g.along * x.eta * x.c,
            at_least: x.eta * x.c * g.beside,
            clipped: x.eta * g.beside,
        }
    )
