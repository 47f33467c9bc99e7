"""``∂o_s = Σ_t B_st r_t``: the product rule, and the derivative of a softmax of two."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude_equal({}, {})
