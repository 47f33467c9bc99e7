"""``Σ (σ_i(A) − σ_i(B))² ≤ ‖A − B‖_F²``: cited."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    a, b = x.ops.singular_values(x.A), x.ops.singular_values(x.B)
    apart = x.ops.sum_over(lambda i: (a.value(i) - b.value(i)) ** 2, a.count)
    mirsky = d.cite(
        "Mirsky's theorem",
        "Stewart & Sun, Matrix Perturbation Theory, 1990, Theorem IV.4.11",
        x.ops.frobenius_norm(x.ops.difference(x.A, x.B)) ** 2 - apart,
    )
    d.conclude({mirsky: 1})
