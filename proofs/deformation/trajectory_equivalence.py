"""``D θ_t = θ'_t``: D times a step is a step of the image, for all D, fields and numbers."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude_equal({}, {})
