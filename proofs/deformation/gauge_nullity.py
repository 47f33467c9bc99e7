"""``∂²L[(SW, −CS), (P, R)] = ∂L[(−SP, RS)]``: along the gauge the output stands still, and the product rule."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude_equal({}, {})
