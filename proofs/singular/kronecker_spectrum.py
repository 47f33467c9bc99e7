"""``σ_i(A⊗B)`` is the i-th largest ``σ_a(A) σ_b(B)``: cited."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    a, b = x.ops.singular_values(x.A), x.ops.singular_values(x.B)
    at_least, at_most = d.cite_equal(
        "the spectrum of a Kronecker product",
        "Horn & Johnson, Topics in Matrix Analysis, 1991, Theorem 4.2.15",
        x.ops.singular_value(x.ops.kronecker(x.A, x.B), x.i - 1),
        x.ops.largest_over(lambda s, t: a.value(s) * b.value(t), a.count, b.count, index=x.i - 1),
    )
    d.conclude_equal({at_least: 1}, {at_most: 1})
