"""The first half of two derivations: ``σ₁(ABC) ≥ σ_{r1}(A) σ_{r2}(C) σ₁(VᵀBU)``, V and U the outer singular vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofs.decompositions import at_least_on_span, top_pair
from specbound.checks.symbolic import Derivation, Fact


@dataclass(frozen=True)
class Compressed:
    """``outer = σ_{r1}(A) σ_{r2}(C)``, ``core = VᵀBU`` with norm ``s_core``, and the facts with their multipliers.

    The facts add up to ``σ₁(ABC) ≥ outer · s_core``.
    """

    span_a: Any
    span_c: Any
    outer: Any
    core: Any
    s_core: Any
    facts: Mapping[Fact, Any]


def compress(d: Derivation) -> Compressed:
    """Declares the top singular pairs of VᵀBC and of VᵀBU and goes from ABC to the one and on to the other."""
    x = d.instance
    svd, product = x.ops.svd, x.ops.product
    a, c = svd(x.A), svd(x.C)
    s_a, s_c, span_a, span_c = a.value(x.r1 - 1), c.value(x.r2 - 1), a.right(x.r1), c.left(x.r2)
    half, core = product(span_a.T, x.B, x.C), product(span_a.T, x.B, span_c)
    s_abc, s_half, s_core = (svd(m).value(0) for m in (product(x.A, x.B, x.C), half, core))
    d.given("top singular pair of VᵀBC", *top_pair(half, svd(half).left(1), svd(half).right(1), s_half))
    d.given("top singular pair of VᵀBU", *top_pair(core, svd(core).left(1), svd(core).right(1), s_core))

    y = svd(half).right(1)
    image = x.A * x.B * x.C * y
    length = d.norm(image)
    reaches = d.cancel(
        "σ₁(ABC) ≥ ‖ABC y‖, y = v₁(VᵀBC)",
        s_abc - length,
        length,
        d.spectral_norm(product(x.A, x.B, x.C), right=y, left=image),
    )
    at_a = d.root(
        "‖ABC y‖ ≥ σ_{r1}(A) σ₁(VᵀBC)", length, s_a * s_half, using=at_least_on_span(x.A.T * x.A, span_a, s_a)
    )
    w = svd(core).left(1)
    coimage = x.C.T * x.B.T * span_a * w
    colength = d.norm(coimage)
    coreaches = d.cancel(
        "σ₁(VᵀBC) ≥ ‖(VᵀBC)ᵀ w‖, w = u₁(VᵀBU)",
        s_half - colength,
        colength,
        d.spectral_norm(half, right=coimage, left=w),
    )
    at_c = d.root(
        "‖(VᵀBC)ᵀ w‖ ≥ σ_{r2}(C) σ₁(VᵀBU)", colength, s_c * s_core, using=at_least_on_span(x.C * x.C.T, span_c, s_c)
    )
    facts = {reaches: 1, at_a: 1, coreaches: s_a, at_c: s_a}
    return Compressed(span_a, span_c, s_a * s_c, core, s_core, facts)
