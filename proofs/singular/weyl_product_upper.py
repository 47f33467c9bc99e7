"""``σ_{i+j-1}(AB) ≤ σ_i(A) σ_j(B)``: a unit vector that AB keeps long, although B and then A shorten it."""

import sympy

from proofs.decompositions import at_least_on_span, beyond, spanned
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    i, j, k, n = x.i + 1, x.j + 1, x.i + x.j + 1, x.B.shape[1]
    product = x.ops.product(x.A, x.B)
    s_a, s_b, s_k = (x.ops.singular_value(m, r - 1) for m, r in ((x.A, i), (x.B, j), (product, k)))

    # Otherwise k is at most every size, and the three subspaces have these codimensions.
    d.vacuous("i + j − 1 is beyond the smaller side: σ_{i+j-1}(AB) = 0", vanishing=s_k)
    e, span = sympy.MatrixSymbol("x", n, 1), sympy.MatrixSymbol("V_{k}(AB)", n, k)
    below_s_a, past_a = beyond(x.A.T * x.A, x.B * e, s_a, i - 1)
    below_s_b, past_b = beyond(x.B.T * x.B, e, s_b, j - 1)
    d.common_vector(e, spanned(span, e), past_a, past_b)

    of_b, of_ab = d.norm(x.B * e), d.norm(product * e)
    kept = d.root("‖ABx‖ ≥ σ_{i+j-1}(AB)", of_ab, s_k, using=at_least_on_span(product.T * product, span, s_k))
    at_a = d.root("‖ABx‖ ≤ σ_i(A) ‖Bx‖", s_a * of_b, of_ab, using=below_s_a)
    at_b = d.root("‖Bx‖ ≤ σ_j(B)", s_b, of_b, using=below_s_b)
    d.conclude({kept: 1, at_a: 1, at_b: s_a})
