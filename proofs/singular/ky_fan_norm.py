"""``Σ_{i≤k} σ_i(A+B) ≤ Σ_{i≤k} σ_i(A) + Σ_{i≤k} σ_i(B)``: cited."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    of_a, of_b, of_sum = (
        x.ops.sum_over(x.ops.singular_values(matrix).value, x.k) for matrix in (x.A, x.B, x.ops.sum(x.A, x.B))
    )
    fan = d.cite(
        "Ky Fan's theorem", "Horn & Johnson, Topics in Matrix Analysis, 1991, Corollary 3.4.3", of_a + of_b - of_sum
    )
    d.conclude({fan: 1})
