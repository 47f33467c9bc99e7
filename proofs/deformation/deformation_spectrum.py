"""``σ_i(TW) = α σ_i(W)`` for i ≤ k: T makes nothing longer than α times, and the images of v_1, …, v_i just that."""

import sympy

from proofs.decompositions import at_least_on_span, beyond, spanned
from proofs.deforming import columns
from specbound.checks.symbolic import Derivation, Subspace
from specbound.statements.spectra import inflated_weight


def derive(d: Derivation) -> None:
    x = d.instance
    (rows, n), i = x.W.shape, x.i
    u, locked, letter = x.ops.svd(x.W).left(x.k), inflated_weight(x), sympy.MatrixSymbol("M", rows, n)
    s_w, s_locked = (x.ops.singular_value(matrix, i - 1) for matrix in (x.W, locked))
    at_least_one = d.at_least("alpha")
    d.given("U_k has orthonormal columns", *columns(u))
    # M is the letter for TW, so that W is T⁻¹M.
    back = (x.W, letter + (1 / x.alpha - 1) * u * u.T * letter)

    y, span = sympy.MatrixSymbol("y", n, 1), sympy.MatrixSymbol("V_{i}(TW)", n, i)
    below, past = beyond(x.W.T * x.W, y, s_w, i - 1)
    d.common_vector(y, spanned(span, y), past)
    rest = sympy.MatrixSymbol(r"U_{\perp}", rows, rows - x.k)
    completed = (u * u.T, sympy.Identity(rows) - rest * rest.T)
    missed = d.norm(rest.T * x.W * y)
    of_w, of_locked = d.norm(x.W * y), d.norm(locked * y)
    gram = at_least_on_span(letter.T * letter, span, s_locked)
    long = d.root("‖TWy‖ ≥ σ_i(TW)", of_locked, s_locked, using=[back, *gram])
    stretched = d.root(
        "‖TWy‖ ≤ α ‖Wy‖, U_k completed to an orthogonal matrix",
        x.alpha * of_w,
        of_locked,
        using=[completed],
        facts={at_least_one: (x.alpha + 1) * missed**2},
    )
    short = d.root("‖Wy‖ ≤ σ_i(W)", s_w, of_w, using=below)

    z, span = sympy.MatrixSymbol("z", n, 1), sympy.MatrixSymbol("V_{i}(W)", n, i)
    below, past = beyond(letter.T * letter, z, s_locked, i - 1)
    within = spanned(span, z)
    # Wz lies in the span of u_1, …, u_i, which is in that of u_1, …, u_k; and so does TWz.
    within = Subspace(within.codimension, [*within.relations, (u * u.T * x.W * z, x.W * z)])
    d.common_vector(z, within, past)
    of_w, of_locked = d.norm(x.W * z), d.norm(locked * z)
    inflated = d.root("‖TWz‖ ≥ α ‖Wz‖: Wz is in the span of U_k", of_locked, x.alpha * of_w)
    kept = d.root("‖Wz‖ ≥ σ_i(W)", of_w, s_w, using=at_least_on_span(x.W.T * x.W, span, s_w))
    bounded = d.root("‖TWz‖ ≤ σ_i(TW)", s_locked, of_locked, using=[back, (u * u.T * letter * z, letter * z), *below])
    d.conclude_equal({bounded: 1, inflated: 1, kept: x.alpha}, {long: 1, stretched: 1, short: x.alpha})
