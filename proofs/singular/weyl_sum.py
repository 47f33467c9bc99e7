"""``σ_{i+j-1}(A+B) ≤ σ_i(A) + σ_j(B)``: a unit vector in three subspaces whose dimensions leave room for one."""

import sympy

from proofs.decompositions import at_least_on_span, beyond, spanned
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

    # Otherwise k is at most the smaller side, and the three subspaces have these dimensions.
    d.vacuous("i + j − 1 is beyond the smaller side: σ_{i+j-1}(A+B) = 0", vanishing=s_k)
    e, sum_letter = sympy.MatrixSymbol("x", n, 1), sympy.MatrixSymbol("M", *x.A.shape)
    span = sympy.MatrixSymbol("V_{k}(M)", n, k)
    below_s_a, past_a = beyond(x.A.T * x.A, e, s_a, i - 1)
    below_s_b, past_b = beyond(x.B.T * x.B, e, s_b, j - 1)
    d.common_vector(e, spanned(span, e), past_a, past_b)

    of_a, of_b, of_sum = d.norm(x.A * e), d.norm(x.B * e), d.norm(x.A * e + x.B * e)
    along = [(x.A, sum_letter - x.B), *at_least_on_span(sum_letter.T * sum_letter, span, s_k)]
    below = d.root("‖(A+B)x‖ ≥ σ_k(A+B)", of_sum, s_k, using=along)
    above_a = d.root("‖Ax‖ ≤ σ_i(A)", s_a, of_a, using=below_s_a)
    above_b = d.root("‖Bx‖ ≤ σ_j(B)", s_b, of_b, using=below_s_b)
    cauchy = d.cite(
        "Cauchy–Schwarz",
        "Horn & Johnson, Matrix Analysis, 2nd ed. 2013, Theorem 5.1.4",
        of_a * of_b - d.scalar((x.A * e).T * x.B * e),
    )
    triangle = d.root("‖(A+B)x‖ ≤ ‖Ax‖ + ‖Bx‖", of_a + of_b, of_sum, facts={cauchy: 2})
    d.conclude({below: 1, above_a: 1, above_b: 1, triangle: 1})
