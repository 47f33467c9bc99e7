"""``∂L_locked[(P, XUᵀ + YQ)]`` by the product rule, with ``UᵀT = αUᵀ`` and ``QT = Q``."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *columns(d.instance.U))
    d.conclude_equal({}, {})
