"""``‖P T U w‖ = α‖w‖``: ``T U = αU``, and both squares are ``α² wᵀw``."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation
from specbound.statements.rates.muon_step import moved


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("orthonormal_columns", *columns(x.P, x.U))
    far, length = d.column_norm(moved(x)), d.column_norm(x.w)
    more = d.root("‖PTUw‖ ≥ α‖w‖", far, x.alpha * length)
    less = d.root("α‖w‖ ≥ ‖PTUw‖", x.alpha * length, far)
    d.conclude_equal({more: x.eta}, {less: x.eta})
