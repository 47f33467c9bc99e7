"""``Π_{i≤k} σ_i(AB) ≤ Π_{i≤k} σ_i(A) σ_i(B)``: cited."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    of_a, of_b, of_ab = (
        x.ops.product_over(x.ops.singular_values(matrix).value, x.k) for matrix in (x.A, x.B, x.ops.product(x.A, x.B))
    )
    horn = d.cite(
        "Horn's theorem", "Horn & Johnson, Topics in Matrix Analysis, 1991, Theorem 3.3.4", of_a * of_b - of_ab
    )
    d.conclude({horn: 1})
