"""``∂²f/∂W_j∂W_i = A B C``: the product rule against the factors, for generic matrices."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude_at_sizes(
        {"d": 1, "n": 2, "k": 2, "m": 1, "l": 2, "q": 1},
        {"d": 2, "n": 1, "k": 2, "m": 2, "l": 1, "q": 2},
        {"d": 2, "n": 2, "k": 2, "m": 1, "l": 1, "q": 1},
    )
