"""``σ₁(ABC) ≥ σ_{r1}(A) σ₁(B) σ_{r2}(C) cos θ₁ cos θ₂``: peel off A along u₁(BC), then C along v₁(B)."""

from proofs.decompositions import at_least_on_span, top_pair
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    svd, product = x.ops.svd, x.ops.product
    a, b, c, bc, abc = (svd(m) for m in (x.A, x.B, x.C, product(x.B, x.C), product(x.A, x.B, x.C)))
    u, v, s = bc.left(1), bc.right(1), bc.value(0)
    u_b, v_b, s_b = b.left(1), b.right(1), b.value(0)
    s_a, s_c = a.value(x.r1 - 1), c.value(x.r2 - 1)
    d.given(*top_pair(product(x.B, x.C), u, v, s), *top_pair(x.B, u_b, v_b, s_b))
    cos1, _ = d.angle(a.right(x.r1), u)
    cos2, _ = d.angle(c.left(x.r2), v_b)

    past_a = d.norm(x.A * u)
    outer = d.cancel(
        "σ₁(ABC) ≥ σ₁(BC) ‖A u₁(BC)‖",
        abc.value(0) - s * past_a,
        past_a,
        d.spectral_norm(product(x.A, x.B, x.C), right=v, left=x.A * u),
    )
    at_a = d.root(
        "‖A u₁(BC)‖ ≥ σ_{r1}(A) cos θ₁", past_a, s_a * cos1, using=at_least_on_span(x.A.T * x.A, a.right(x.r1), s_a)
    )
    past_c = d.norm(x.C.T * v_b)
    inner = d.cancel(
        "σ₁(BC) ≥ σ₁(B) ‖Cᵀ v₁(B)‖",
        s - s_b * past_c,
        past_c,
        d.spectral_norm(product(x.B, x.C), right=x.C.T * v_b, left=u_b),
    )
    at_c = d.root(
        "‖Cᵀ v₁(B)‖ ≥ σ_{r2}(C) cos θ₂", past_c, s_c * cos2, using=at_least_on_span(x.C * x.C.T, c.left(x.r2), s_c)
    )
    d.conclude({outer: 1, at_a: s, inner: s_a * cos1, at_c: s_a * cos1 * s_b})
