"""``‖A − B_k‖_F² ≥ Σ_{i>k} σ_i(A)²``: Mirsky's theorem, whose sum is here split after k terms."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    a, near = x.ops.singular_values(x.A), x.ops.svd(x.B).truncated(x.k)
    b, count = x.ops.singular_values(x.B), a.count
    apart = x.ops.frobenius_norm(x.ops.difference(x.A, near)) ** 2
    first = x.ops.sum_over(lambda i: (a.value(i) - b.value(i)) ** 2, x.k)
    beyond = x.ops.sum_over(lambda i: a.value(x.k + i) ** 2, count - x.k)
    d.given("σ_i(B_k) = σ_i(B) for i ≤ k, and 0 beyond")
    mirsky = d.cite(
        "Mirsky's theorem",
        "Stewart & Sun, Matrix Perturbation Theory, 1990, Theorem IV.4.11",
        apart - first - beyond,
    )
    squares = d.combine("the first k terms are squares", first, {})
    d.conclude({mirsky: 1, squares: 1})
