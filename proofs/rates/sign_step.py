"""``‖PᵀD(ηs)‖² ≤ η²α²n``: ``PᵀDs = αPᵀs``, and ``‖Pᵀs‖² = ‖s‖² − ‖Qs‖² ≤ n``."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation
from specbound.statements.deformations import scaling
from specbound.statements.rates.sign_step import moved_inflated, squares


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("orthonormal_columns", *columns(x.P))
    short = d.assume_at_least("mean_square", x.s.shape[0], squares(x))
    d.column_norm(moved_inflated(x))
    outside = d.square(d.norm(scaling(x.ops, x.P, 0) * x.s))
    d.conclude({short: x.eta**2 * x.alpha**2, outside: x.eta**2 * x.alpha**2})
