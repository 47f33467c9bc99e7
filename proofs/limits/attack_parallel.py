"""``∂²L_attacked(Δ) = ∂²L_base(C W̃ + Δ)``: a frozen pair has no derivatives, so the sum moves as Δ does."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude_equal({}, {})
