"""``σ₁(ABC) ≥ σ_{r1}(A) σ₁(B) σ_{r2}(C) cos θ₁ cos θ₂``: peel off A along u₁(BC), then C along v₁(B)."""

from collections.abc import Mapping
from typing import Any

from proofs.decompositions import at_least_on_span
from proofs.peeling import peel
from specbound.checks.symbolic import Derivation, Fact


def derive(d: Derivation) -> None:
    d.conclude(adding_up(d))


def adding_up(d: Derivation) -> Mapping[Fact, Any]:
    """The facts, with multipliers, that add up to the claim."""
    x = d.instance
    a, c = x.ops.svd(x.A), x.ops.svd(x.C)
    s_a, s_c, span_a, span_c = a.value(x.r1 - 1), c.value(x.r2 - 1), a.right(x.r1), c.left(x.r2)
    p = peel(d)
    cos1, _ = d.angle(span_a, p.u)
    cos2, _ = d.angle(span_c, p.v)
    at_a = d.root(
        "‖A u₁(BC)‖ ≥ σ_{r1}(A) cos θ₁", p.past_a, s_a * cos1, using=at_least_on_span(x.A.T * x.A, span_a, s_a)
    )
    at_c = d.root(
        "‖Cᵀ v₁(B)‖ ≥ σ_{r2}(C) cos θ₂", p.past_c, s_c * cos2, using=at_least_on_span(x.C * x.C.T, span_c, s_c)
    )
    return {p.outer: 1, at_a: p.s_bc, p.inner: s_a * cos1, at_c: s_a * cos1 * p.s_b}
