"""The first half of two derivations: peel A off ABC along u₁(BC), then C off BC along v₁(B)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from proofs.decompositions import top_pair
from specbound.checks.symbolic import Derivation, Fact


@dataclass(frozen=True)
class Peeled:
    """``past_a`` is ``‖A u‖`` with ``u = u₁(BC)``, ``past_c`` is ``‖Cᵀ v‖`` with ``v = v₁(B)``.

    ``outer``: ``σ₁(ABC) ≥ σ₁(BC) past_a``. ``inner``: ``σ₁(BC) ≥ σ₁(B) past_c``.
    """

    u: Any
    v: Any
    s_bc: Any
    s_b: Any
    past_a: Any
    past_c: Any
    outer: Fact
    inner: Fact


def peel(d: Derivation) -> Peeled:
    """Declares the top singular pairs of BC and of B and takes both steps."""
    x = d.instance
    abc, bc = x.ops.product(x.A, x.B, x.C), x.ops.product(x.B, x.C)
    of_bc, of_b = x.ops.svd(bc), x.ops.svd(x.B)
    u, s_bc, v, s_b = of_bc.left(1), of_bc.value(0), of_b.right(1), of_b.value(0)
    d.given("top singular pair of BC", *top_pair(bc, u, of_bc.right(1), s_bc))
    d.given("top singular pair of B", *top_pair(x.B, of_b.left(1), v, s_b))
    past_a, past_c = d.norm(x.A * u), d.norm(x.C.T * v)
    outer = d.cancel(
        "σ₁(ABC) ≥ σ₁(BC) ‖A u₁(BC)‖",
        x.ops.singular_value(abc, 0) - s_bc * past_a,
        past_a,
        d.spectral_norm(abc, right=of_bc.right(1), left=x.A * u),
    )
    inner = d.cancel(
        "σ₁(BC) ≥ σ₁(B) ‖Cᵀ v₁(B)‖",
        s_bc - s_b * past_c,
        past_c,
        d.spectral_norm(bc, right=x.C.T * v, left=of_b.left(1)),
    )
    return Peeled(u, v, s_bc, s_b, past_a, past_c, outer, inner)
