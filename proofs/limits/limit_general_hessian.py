"""``∂²/∂s∂t L_E(Dθ) = (Dθ_s)ᵀ H Dθ_t + gᵀ Dθ_st``: the chain rule, and D does not move."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude_equal({}, {})
