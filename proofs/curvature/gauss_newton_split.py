"""``∂²(ℓ∘f)[v, w] = (Jv)ᵀ∇²ℓ(Jw) + Σ_c (∂ℓ/∂f_c) ∂²f_c[v, w]``: the product rule; a word is its transpose."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude_equal({}, {})
