"""``σ_i(PᵀMQ) ≤ σ_i(M)``: a unit vector that PᵀMQ keeps long, whose image under Q the matrix M shortens."""

import sympy

from proofs.decompositions import at_least_on_span, beyond, spanned
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    (m, _), (_, p), (_, q) = x.M.shape, x.P.shape, x.Q.shape
    b = x.ops.compression(x.M, x.P, x.Q)
    s_b, s_m = x.ops.singular_value(b, x.i - 1), x.ops.singular_value(x.M, x.i - 1)

    d.vacuous("i is beyond the smaller side of PᵀMQ: σ_i(PᵀMQ) = 0", vanishing=s_b)
    y, span = sympy.MatrixSymbol("y", q, 1), sympy.MatrixSymbol(r"V_{i}(P^{\top} M Q)", q, x.i)
    rest = sympy.MatrixSymbol(r"P_{\perp}", m, m - p)
    completed = (x.P * x.P.T, sympy.Identity(m) - rest * rest.T)
    d.assume("orthonormal_columns", (x.Q.T * x.Q, sympy.Identity(q)))
    below_s_m, past_m = beyond(x.M.T * x.M, x.Q * y, s_m, x.i - 1)
    d.common_vector(y, spanned(span, y), past_m)

    of_b, of_m = d.norm(b * y), d.norm(x.M * x.Q * y)
    long = d.root("‖PᵀMQy‖ ≥ σ_i(PᵀMQ)", of_b, s_b, using=at_least_on_span(b.T * b, span, s_b))
    shorter = d.root("‖PᵀMQy‖ ≤ ‖MQy‖, P completed to an orthogonal matrix", of_m, of_b, using=[completed])
    short = d.root("‖MQy‖ ≤ σ_i(M)", s_m, of_m, using=below_s_m)
    d.conclude({long: 1, shorter: 1, short: 1})
