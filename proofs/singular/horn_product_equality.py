"""``Π_{i≤n} σ_i(AB) = Π_{i≤n} σ_i(A) σ_i(B)`` for inner dimensions n ≤ min(m, p): QR factors make it a square case."""

import sympy

from specbound.checks.symbolic import Derivation

BOOK = "Horn & Johnson, Topics in Matrix Analysis, 1991"


def derive(d: Derivation) -> None:
    x = d.instance
    (m, n), p = x.A.shape, x.B.shape[1]
    q_a, q_b = sympy.MatrixSymbol("Q_{A}", m, n), sympy.MatrixSymbol("Q_{B}", p, n)
    r, left = sympy.MatrixSymbol("R", n, n), sympy.MatrixSymbol("L", n, n)
    d.assume("inner_dimension_smallest")
    d.given(
        "QR factors: A = Q_A R and B = L Q_Bᵀ, Q_A and Q_B with orthonormal columns",
        (x.A, q_a * r),
        (x.B, left * q_b.T),
    )

    def all_values(matrix):
        return x.ops.product_over(x.ops.singular_values(matrix).value, n)

    of_a, of_b, of_ab, of_r, of_l, of_rl = map(all_values, (x.A, x.B, x.ops.product(x.A, x.B), r, left, r * left))
    isometry, square = "isometries keep singular values", "Horn's theorem for square factors"
    a_least, a_most = d.cite_equal(isometry, f"{BOOK}, section 3.1", of_r, of_a)
    b_least, b_most = d.cite_equal(isometry, f"{BOOK}, section 3.1", of_l, of_b)
    ab_least, ab_most = d.cite_equal(isometry, f"{BOOK}, section 3.1", of_ab, of_rl)
    least, most = d.cite_equal(square, f"{BOOK}, Theorem 3.3.4", of_rl, of_r * of_l)
    d.conclude_equal(
        {ab_least: 1, least: 1, a_least: of_l, b_least: of_a}, {ab_most: 1, most: 1, a_most: of_l, b_most: of_a}
    )
