"""``σ_j(TW) = σ_j(W)`` for j > k: T makes nothing shorter, and leaves the images of v_j, v_{j+1}, … alone."""

import sympy

from proofs.decompositions import at_least_on_span, beyond, spanned
from proofs.deforming import columns
from specbound.checks.symbolic import Derivation, Subspace
from specbound.statements.spectra import inflated_weight


def derive(d: Derivation) -> None:
    x = d.instance
    (rows, n), j = x.W.shape, x.k + x.i
    u, locked, letter = x.ops.svd(x.W).left(x.k), inflated_weight(x), sympy.MatrixSymbol("M", rows, n)
    s_w, s_locked = (x.ops.singular_value(matrix, j - 1) for matrix in (x.W, locked))
    at_least_one = d.at_least("alpha")
    d.given("U_k has orthonormal columns", *columns(u))
    # M is the letter for TW, so that W is T⁻¹M.
    back = (x.W, letter + (1 / x.alpha - 1) * u * u.T * letter)
    nothing = sympy.ZeroMatrix(x.k, 1)

    y, span = sympy.MatrixSymbol("y", n, 1), sympy.MatrixSymbol("V_{k+i}(TW)", n, j)
    below, past = beyond(x.W.T * x.W, y, s_w, j - 1)
    # y is orthogonal to v_1, …, v_{j-1}, to v_1, …, v_k among them: so Wy is orthogonal to u_1, …, u_k, and so is TWy.
    past = Subspace(past.codimension, [*past.relations, (u.T * x.W * y, nothing)])
    d.common_vector(y, spanned(span, y), past)
    of_w, of_locked = d.norm(x.W * y), d.norm(locked * y)
    gram = at_least_on_span(letter.T * letter, span, s_locked)
    long = d.root("‖TWy‖ ≥ σ_j(TW)", of_locked, s_locked, using=[back, (u.T * letter * y, nothing), *gram])
    same = d.root("TWy = Wy", of_w, of_locked)
    short = d.root("‖Wy‖ ≤ σ_j(W)", s_w, of_w, using=below)

    z, span = sympy.MatrixSymbol("z", n, 1), sympy.MatrixSymbol("V_{k+i}(W)", n, j)
    below, past = beyond(letter.T * letter, z, s_locked, j - 1)
    d.common_vector(z, spanned(span, z), past)
    of_w, of_locked, of_top = d.norm(x.W * z), d.norm(locked * z), d.norm(u.T * x.W * z)
    longer = d.root("‖TWz‖ ≥ ‖Wz‖", of_locked, of_w, facts={at_least_one: (x.alpha + 1) * of_top**2})
    kept = d.root("‖Wz‖ ≥ σ_j(W)", of_w, s_w, using=at_least_on_span(x.W.T * x.W, span, s_w))
    bounded = d.root("‖TWz‖ ≤ σ_j(TW)", s_locked, of_locked, using=[back, *below])
    d.conclude_equal({bounded: 1, longer: 1, kept: 1}, {long: 1, same: 1, short: 1})
