"""``σ_{i+j-n}(AB) ≥ σ_i(A) σ_j(B)``: a unit vector that B and then A keep long, although AB shortens it."""

import sympy

from proofs.decompositions import at_least_on_span, beyond, spanned
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    n, columns = x.B.shape
    i, j, k = x.i, n - x.d + 1, x.i - x.d + 1
    product = x.ops.product(x.A, x.B)
    s_a, s_b, s_k = (x.ops.singular_value(m, r - 1) for m, r in ((x.A, i), (x.B, j), (product, k)))

    # Otherwise i is at most the smaller side of A, j that of B, and the three subspaces have these codimensions.
    d.vacuous("i is beyond the smaller side of A: σ_i(A) = 0", vanishing=s_a)
    d.vacuous("j is beyond the smaller side of B: σ_j(B) = 0", vanishing=s_b)
    e = sympy.MatrixSymbol("x", columns, 1)
    span_a, span_b = sympy.MatrixSymbol("V_{i}(A)", n, i), sympy.MatrixSymbol("V_{j}(B)", columns, j)
    below_s_k, past_k = beyond(product.T * product, e, s_k, k - 1)
    d.common_vector(e, past_k, spanned(span_b, e), spanned(span_a, x.B * e))

    of_b, of_ab = d.norm(x.B * e), d.norm(product * e)
    at_b = d.root("‖Bx‖ ≥ σ_j(B)", of_b, s_b, using=at_least_on_span(x.B.T * x.B, span_b, s_b))
    at_a = d.root("‖ABx‖ ≥ σ_i(A) ‖Bx‖", of_ab, s_a * of_b, using=at_least_on_span(x.A.T * x.A, span_a, s_a))
    lost = d.root("‖ABx‖ ≤ σ_{i+j-n}(AB)", s_k, of_ab, using=below_s_k)
    d.conclude({lost: 1, at_a: 1, at_b: s_a})
