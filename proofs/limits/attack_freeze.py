"""``∂²L_locked(W̃)[P, P2] = ∂²L_base(C W̃)[CP, CP2]``: the product rule, and ``C (W̃ + sP + tP2) = C W̃ + sCP + tCP2``."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude_equal({}, {})
