"""``σ₁(ABC) ≥ σ_n(A) σ₁(B) σ_p(C)``: a factor without kernel shortens no vector by more than its smallest value."""

from proofs.decompositions import at_least_everywhere, top_pair
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    svd, product = x.ops.svd, x.ops.product
    a, b, c, bc, abc = (svd(m) for m in (x.A, x.B, x.C, product(x.B, x.C), product(x.A, x.B, x.C)))
    u, v, s = bc.left(1), bc.right(1), bc.value(0)
    u_b, v_b, s_b = b.left(1), b.right(1), b.value(0)
    columns, rows = x.A.shape[1], x.C.shape[0]
    s_a, s_c = a.value(columns - 1), c.value(rows - 1)
    d.vacuous("A has more columns than rows: σ_n(A) = 0", vanishing=s_a)
    d.vacuous("C has more rows than columns: σ_p(C) = 0", vanishing=s_c)
    d.given(*top_pair(product(x.B, x.C), u, v, s), *top_pair(x.B, u_b, v_b, s_b))

    past_a = d.norm(x.A * u)
    outer = d.cancel(
        "σ₁(ABC) ≥ σ₁(BC) ‖A u₁(BC)‖",
        abc.value(0) - s * past_a,
        past_a,
        d.spectral_norm(product(x.A, x.B, x.C), right=v, left=x.A * u),
    )
    at_a = d.root("‖A u₁(BC)‖ ≥ σ_n(A)", past_a, s_a, using=at_least_everywhere(x.A.T * x.A, a.right(columns), s_a))
    past_c = d.norm(x.C.T * v_b)
    inner = d.cancel(
        "σ₁(BC) ≥ σ₁(B) ‖Cᵀ v₁(B)‖",
        s - s_b * past_c,
        past_c,
        d.spectral_norm(product(x.B, x.C), right=x.C.T * v_b, left=u_b),
    )
    at_c = d.root("‖Cᵀ v₁(B)‖ ≥ σ_p(C)", past_c, s_c, using=at_least_everywhere(x.C * x.C.T, c.left(rows), s_c))
    d.conclude({outer: 1, at_a: s, inner: s_a, at_c: s_a * s_b})
