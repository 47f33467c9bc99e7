"""``σ₁(ABC) ≥ σ_{r1}(A) σ_{r2}(C) (σ₁(B) cos θ₁ cos θ₂ − σ₂(B) sin θ₁ sin θ₂)``: compress, then split B at its top."""

import sympy

from proofs.decompositions import at_least_on_span, top_and_rest, top_pair
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    svd, product = x.ops.svd, x.ops.product
    a, b, c = svd(x.A), svd(x.B), svd(x.C)
    s_a, s_c, s1, s2 = a.value(x.r1 - 1), c.value(x.r2 - 1), b.value(0), b.value(1)
    span_a, span_c, u, v = a.right(x.r1), c.left(x.r2), b.left(1), b.right(1)
    half, core = product(span_a.T, x.B, x.C), product(span_a.T, x.B, span_c)
    s_abc, s_half, s_core = (svd(m).value(0) for m in (product(x.A, x.B, x.C), half, core))
    d.given("top singular pair of VᵀBC", *top_pair(half, svd(half).left(1), svd(half).right(1), s_half))
    d.given("top singular pair of VᵀBU", *top_pair(core, svd(core).left(1), svd(core).right(1), s_core))
    d.given("u₁(B) and v₁(B) are of unit length", (u.T * u, 1), (v.T * v, 1))
    cos1, sin1 = d.angle(span_a, u)
    cos2, sin2 = d.angle(span_c, v)

    # Compress: σ₁(ABC) ≥ σ_{r1}(A) σ₁(VᵀBC) ≥ σ_{r1}(A) σ_{r2}(C) σ₁(VᵀBU).
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

    # Split B = σ₁ u vᵀ + R between the projections p of u and q of v.
    rest = sympy.MatrixSymbol("R", *x.B.shape)
    d.spectral_norm_is(rest, s2)
    split = top_and_rest(x.B, rest, u, v, s1)
    d.given("B = σ₁(B) u vᵀ + R, uᵀR = 0, Rv = 0", *split[1:])
    p, q = span_a * span_a.T * u, span_c * span_c.T * v
    between = d.spectral_norm(core, right=span_c.T * v, left=span_a.T * u)
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
    d.conclude({reaches: 1, at_a: 1, coreaches: s_a, at_c: s_a, middle: s_a * s_c})
