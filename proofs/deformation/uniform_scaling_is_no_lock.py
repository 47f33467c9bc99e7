"""``α θ̃_t = θ_t``: ``α (θ̃ − (η/α²) α ∇L(αθ̃)) = αθ̃ − η ∇L(αθ̃)``, twice."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude_equal({}, {})
