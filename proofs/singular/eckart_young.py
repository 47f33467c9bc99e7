"""``‖A − B_k‖ ≥ σ_{k+1}(A)``: a unit vector that A keeps long and B_k sends to zero."""

import sympy

from proofs.decompositions import at_least_on_span, spanned
from specbound.checks.symbolic import Derivation, Subspace


def derive(d: Derivation) -> None:
    x = d.instance
    rows, n = x.A.shape
    near = x.ops.svd(x.B).truncated(x.k)
    left = x.ops.difference(x.A, near)
    s_a, s_left = x.ops.singular_value(x.A, x.k), x.ops.singular_value(left, 0)

    d.vacuous("k is the smaller side: σ_{k+1}(A) = 0", vanishing=s_a)
    e, span = sympy.MatrixSymbol("x", n, 1), sympy.MatrixSymbol("V_{k+1}(A)", n, x.k + 1)
    kernel = Subspace(x.k, [(near * e, sympy.ZeroMatrix(rows, 1))])
    d.common_vector(e, spanned(span, e), kernel)

    image = left * e
    of_left, of_a = d.norm(image), d.norm(x.A * e)
    reached = d.cancel(
        "‖A − B_k‖ ≥ ‖(A − B_k)x‖", s_left - of_left, of_left, d.spectral_norm(left, right=e, left=image)
    )
    same = d.root("(A − B_k)x = Ax", of_left, of_a)
    long = d.root("‖Ax‖ ≥ σ_{k+1}(A)", of_a, s_a, using=at_least_on_span(x.A.T * x.A, span, s_a))
    d.conclude({reached: 1, same: 1, long: 1})
