"""``max_{r1,r2} σ_{r1}(A) σ₁(B) σ_{r2}(C) cos θ₁ cos θ₂ ≥ σ_n(A) σ₁(B) σ_p(C)``: take all of A's and C's vectors."""

import sympy

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    a, b, c, bc = (x.ops.svd(matrix) for matrix in (x.A, x.B, x.C, x.ops.product(x.B, x.C)))
    columns, rows, s_b = x.A.shape[1], x.C.shape[0], b.value(0)
    s_a, s_c, u, v = a.value(columns - 1), c.value(rows - 1), bc.left(1), b.right(1)
    d.vacuous("A has more columns than rows: σ_n(A) = 0", vanishing=s_a)
    d.vacuous("C has more rows than columns: σ_p(C) = 0", vanishing=s_c)

    d.given("u₁(BC) and v₁(B) are of unit length", (u.T * u, 1), (v.T * v, 1))
    for span, size in ((a.right(columns), columns), (c.left(rows), rows)):
        d.given("all singular vectors on one side are orthonormal", (span.T * span, sympy.Identity(size)))

    def past_a(r):
        return a.value(r) * x.ops.cosine(a.right(r + 1), u)

    def past_c(r):
        return c.value(r) * x.ops.cosine(c.left(r + 1), v)

    best_a = d.largest("r1 = n is one of them: A has no more columns than rows", past_a, a.count, columns - 1)
    best_c = d.largest("r2 = p is one of them: C has no more rows than columns", past_c, c.count, rows - 1)
    all_a, all_c = d.no_angle(a.right(columns), u), d.no_angle(c.left(rows), v)
    most_c = x.ops.largest_over(past_c, c.count)
    d.conclude({best_a: s_b * most_c, all_a: s_a * s_b * most_c, best_c: s_a * s_b, all_c: s_a * s_b * s_c})
