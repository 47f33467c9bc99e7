"""``σ_i(QᵀV) = σ_i(V)``: Qᵀ keeps every length, so what one of the two keeps long and the other shortens is as long."""

import sympy

from proofs.decompositions import at_least_on_span, beyond, spanned
from proofs.deforming import orthogonal
from specbound.checks.symbolic import Derivation
from specbound.statements.deformation.rotated_spectrum import rotated


def derive(d: Derivation) -> None:
    x = d.instance
    n, i = x.V.shape[1], x.i
    s_v, s_rotated = (x.ops.singular_value(matrix, i - 1) for matrix in (x.V, rotated(x)))
    d.assume("orthonormal_columns", *orthogonal(x.Q))
    # M is the letter for QᵀV, so that V is QM.
    letter = sympy.MatrixSymbol("M", *x.V.shape)
    back = (x.V, x.Q * letter)

    y, span = sympy.MatrixSymbol("y", n, 1), sympy.MatrixSymbol(r"V_{i}(Q^{\top} V)", n, i)
    below, past = beyond(x.V.T * x.V, y, s_v, i - 1)
    d.common_vector(y, spanned(span, y), past)
    image = d.norm(x.V * y)
    long = d.root(
        "‖Vy‖ ≥ σ_i(QᵀV)", image, s_rotated, using=[back, *at_least_on_span(letter.T * letter, span, s_rotated)]
    )
    short = d.root("‖Vy‖ ≤ σ_i(V)", s_v, image, using=below)

    z, span = sympy.MatrixSymbol("z", n, 1), sympy.MatrixSymbol("V_{i}(V)", n, i)
    below, past = beyond(letter.T * letter, z, s_rotated, i - 1)
    d.common_vector(z, spanned(span, z), past)
    image = d.norm(x.V * z)
    kept = d.root("‖Vz‖ ≥ σ_i(V)", image, s_v, using=at_least_on_span(x.V.T * x.V, span, s_v))
    bounded = d.root("‖Vz‖ ≤ σ_i(QᵀV)", s_rotated, image, using=[back, *below])
    d.conclude_equal({bounded: 1, kept: 1}, {long: 1, short: 1})
