"""``σ_{i+j-1}(A+B) ≤ σ_i(A) + σ_j(B)``: a unit vector in three subspaces whose dimensions leave room for one."""

import sympy

from proofs.decompositions import at_least_on_span, at_most_beyond
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    i, j, n = x.i + 1, x.j + 1, x.A.shape[1]
    total = x.A + x.B
    k = i + j - 1
    s_a, s_b, s_k = (
        x.ops.singular_value(x.A, i - 1),
        x.ops.singular_value(x.B, j - 1),
        x.ops.singular_value(total, k - 1),
    )

    # Where k exceeds the smaller side σ_k(A+B) = 0 and the claim is plain; otherwise such a vector exists.
    d.vacuous("i + j − 1 is beyond the smaller side: σ_{i+j-1}(A+B) = 0", vanishing=s_k)
    d.combine("k + (n − i + 1) + (n − j + 1) − 2n ≥ 1", k + (n - (i - 1)) + (n - (j - 1)) - 2 * n - 1, {})
    d.cite("the dimension formula", "Horn & Johnson, Matrix Analysis, 2nd ed. 2013, 0.1.7", sympy.Integer(0))
    e = sympy.MatrixSymbol("x", n, 1)
    d.given((e.T * e, 1))

    sum_letter = sympy.MatrixSymbol("M", *x.A.shape)
    span = sympy.MatrixSymbol("V_k(M)", n, k)
    along = [(x.A, sum_letter - x.B), *at_least_on_span(sum_letter.T * sum_letter, span, s_k), (span * span.T * e, e)]
    of_a, of_b, of_sum = d.norm(x.A * e), d.norm(x.B * e), d.norm(x.A * e + x.B * e)
    below = d.root("‖(A+B)x‖ ≥ σ_k(A+B)", of_sum, s_k, using=along)
    above_a = d.root("‖Ax‖ ≤ σ_i(A)", s_a, of_a, using=at_most_beyond(x.A.T * x.A, e, s_a, i - 1))
    above_b = d.root("‖Bx‖ ≤ σ_j(B)", s_b, of_b, using=at_most_beyond(x.B.T * x.B, e, s_b, j - 1))
    cauchy = d.cite(
        "Cauchy–Schwarz",
        "Horn & Johnson, Matrix Analysis, 2nd ed. 2013, Theorem 5.1.4",
        of_a * of_b - d.scalar((x.A * e).T * x.B * e),
    )
    triangle = d.root("‖(A+B)x‖ ≤ ‖Ax‖ + ‖Bx‖", of_a + of_b, of_sum, facts={cauchy: 2})
    d.conclude({below: 1, above_a: 1, above_b: 1, triangle: 1})
