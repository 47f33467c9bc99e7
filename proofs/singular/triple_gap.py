"""``σ₁(ABC) ≥ σ_{r1}(A) σ_{r2}(C) (σ₁(B) cos θ₁ cos θ₂ − σ₂(B) sin θ₁ sin θ₂)``: compress, then split B at its top."""

from collections.abc import Mapping
from typing import Any

import sympy

from proofs.compressing import compress
from proofs.decompositions import top_and_rest
from specbound.checks.symbolic import Derivation, Fact


def derive(d: Derivation) -> None:
    d.conclude(adding_up(d))


def adding_up(d: Derivation) -> Mapping[Fact, Any]:
    """The facts, with multipliers, that add up to the claim."""
    x = d.instance
    b = x.ops.svd(x.B)
    s1, s2, u, v = b.value(0), b.value(1), b.left(1), b.right(1)
    found = compress(d)
    span_a, span_c, s_core = found.span_a, found.span_c, found.s_core
    d.given("u₁(B) and v₁(B) are of unit length", (u.T * u, 1), (v.T * v, 1))
    cos1, sin1 = d.angle(span_a, u)
    cos2, sin2 = d.angle(span_c, v)

    # Split B = σ₁ u vᵀ + R between the projections p of u and q of v.
    rest = sympy.MatrixSymbol("R", *x.B.shape)
    d.spectral_norm_is(rest, s2)
    split = top_and_rest(x.B, rest, u, v, s1)
    d.given("B = σ₁(B) u vᵀ + R, uᵀR = 0, Rv = 0", *split[1:])
    p, q = span_a * span_a.T * u, span_c * span_c.T * v
    between = d.spectral_norm(found.core, right=span_c.T * v, left=span_a.T * u)
    across = d.scalar(p.T * rest * q)
    on_top = d.combine(
        "pᵀBq = σ₁(B) cos²θ₁ cos²θ₂ + pᵀRq",
        s_core * cos1 * cos2 - s1 * cos1**2 * cos2**2 - across,
        {between: 1},
        using=split[:1],
    )
    p_off, q_off = p - cos1**2 * u, q - cos2**2 * v
    off_p = d.root("‖p − cos²θ₁ u‖ ≤ cos θ₁ sin θ₁", cos1 * sin1, d.norm(p_off))
    off_q = d.root("‖q − cos²θ₂ v‖ ≤ cos θ₂ sin θ₂", cos2 * sin2, d.norm(q_off))
    bounded = d.combine(
        "pᵀRq ≥ −σ₂(B) cos θ₁ sin θ₁ cos θ₂ sin θ₂",
        across + s2 * cos1 * sin1 * cos2 * sin2,
        {
            d.spectral_norm(rest, right=q_off, left=-p_off): 1,
            off_p: s2 * d.norm(q_off),
            off_q: s2 * cos1 * sin1,
        },
    )
    together = d.combine(
        "both together",
        cos1 * cos2 * (s_core - s1 * cos1 * cos2 + s2 * sin1 * sin2),
        {on_top: 1, bounded: 1},
    )
    middle = d.cancel(
        "σ₁(VᵀBU) ≥ σ₁(B) cos θ₁ cos θ₂ − σ₂(B) sin θ₁ sin θ₂",
        s_core - s1 * cos1 * cos2 + s2 * sin1 * sin2,
        cos1 * cos2,
        together,
    )
    return {**found.facts, middle: found.outer}
