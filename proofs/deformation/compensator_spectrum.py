"""``σ_i(C) = 1`` for i ≤ d − k: C makes nothing longer, and leaves what is orthogonal to U."""

import sympy

from proofs.decompositions import at_least_on_span, beyond, spanned
from proofs.deforming import columns
from specbound.checks.symbolic import Derivation, Subspace
from specbound.statements.spectra import compensator


def derive(d: Derivation) -> None:
    x = d.instance
    size, k = x.U.shape
    c, letter = compensator(x), sympy.MatrixSymbol("M", size, size)
    s = x.ops.singular_value(c, x.i - 1)
    d.assume("orthonormal_columns", *columns(x.U))
    at_least_one = d.at_least("alpha")

    # M is the letter for C.
    y, span = sympy.MatrixSymbol("y", size, 1), sympy.MatrixSymbol("V_{i}(C)", size, x.i)
    d.common_vector(y, spanned(span, y), facts={d.at_least("i"): 1})
    image, along = d.norm(letter * y), d.norm(x.U.T * y)
    long = d.root("‖Cy‖ ≥ σ_i(C)", image, s, using=at_least_on_span(letter.T * letter, span, s))
    part = {at_least_one: (x.alpha + 1) / x.alpha**2 * along**2}
    short = d.root("‖Cy‖ ≤ 1", sympy.Integer(1), image, using=[(letter * y, c * y)], facts=part)

    z = sympy.MatrixSymbol("z", size, 1)
    below, past = beyond(letter.T * letter, z, s, x.i - 1)
    orthogonal = Subspace(k, [(x.U.T * z, sympy.ZeroMatrix(k, 1))])
    d.common_vector(z, orthogonal, past, facts={d.at_most("i"): 1})
    image = d.norm(letter * z)
    bounded = d.root("‖Cz‖ ≤ σ_i(C)", s, image, using=below)
    kept = d.root("Cz = z", image, sympy.Integer(1), using=[(letter * z, c * z)])
    d.conclude_equal({bounded: 1, kept: 1}, {long: 1, short: 1})
