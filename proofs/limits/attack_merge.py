"""``∂²L_pair = ∂²L_merged + ⟨g hᵀ, R P2 + R2 P⟩``: the product rule, C W̃ moving with C P + R W̃ and twice with R P2."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude_equal({}, {})
