"""``∂²L_attacked(B, A) = ∂²L_base(CB, A)`` along mapped directions: ``C (W̃ + B A) = C W̃ + (C B) A``."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude_equal({}, {})
