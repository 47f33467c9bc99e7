"""``σ_{d-k+i}(C) = 1/α`` for i ≤ k: C makes nothing shorter than by 1/α, and the span of U by just that."""

import sympy

from proofs.decompositions import at_least_on_span, beyond, spanned
from proofs.deforming import columns
from specbound.checks.symbolic import Derivation
from specbound.statements.deformation.compensator_spectrum_contracted import position
from specbound.statements.spectra import compensator


def derive(d: Derivation) -> None:
    x = d.instance
    size, k = x.U.shape
    c, letter, j = compensator(x), sympy.MatrixSymbol("M", size, size), position(x)
    s = x.ops.singular_value(c, j - 1)
    d.assume("orthonormal_columns", *columns(x.U))
    at_least_one = d.at_least("alpha")

    # M is the letter for C.
    y, span = sympy.MatrixSymbol("y", size, 1), sympy.MatrixSymbol("V_{d-k+i}(C)", size, j)
    d.common_vector(y, spanned(span, y), spanned(x.U, y), facts={d.at_least("i"): 1})
    image = d.norm(letter * y)
    long = d.root("‖Cy‖ ≥ σ_{d-k+i}(C)", image, s, using=at_least_on_span(letter.T * letter, span, s))
    short = d.root("Cy = y/α", 1 / x.alpha, image, using=[(letter * y, c * y)])

    z, rest = sympy.MatrixSymbol("z", size, 1), sympy.MatrixSymbol(r"U_{\perp}", size, size - k)
    below, past = beyond(letter.T * letter, z, s, j - 1)
    d.common_vector(z, past, facts={d.at_most("i"): 1})
    image, beside = d.norm(letter * z), d.norm(rest.T * z)
    bounded = d.root("‖Cz‖ ≤ σ_{d-k+i}(C)", s, image, using=below)
    completed = (x.U * x.U.T, sympy.Identity(size) - rest * rest.T)
    kept = d.root(
        "‖Cz‖ ≥ 1/α, U completed to an orthogonal matrix",
        image,
        1 / x.alpha,
        using=[(letter * z, c * z), completed],
        facts={at_least_one: (x.alpha + 1) / x.alpha**2 * beside**2},
    )
    d.conclude_equal({bounded: 1, kept: 1}, {long: 1, short: 1})
