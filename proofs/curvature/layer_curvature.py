"""``∂²_W L = Σ_{s,t} M_st ⊗ h_s h_tᵀ``: both sides for generic matrices."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude_at_sizes({"d": 1, "n": 2}, {"d": 2, "n": 1}, {"d": 2, "n": 2}, {"d": 2, "n": 3}, {"d": 3, "n": 2})
