"""``σ_i(B) ≥ σ_{i+r}(M)``, ``B = PᵀMQ``: a unit vector that M keeps long, in the rows that P keeps, and B shortens."""

import sympy

from proofs.decompositions import at_least_on_span, beyond, spanned
from specbound.checks.symbolic import Derivation, Subspace, first_columns


def derive(d: Derivation) -> None:
    x = d.instance
    m, n = x.M.shape
    i, later = x.i, x.i + (m - x.p) + (n - x.q)
    b = x.ops.leading(x.M, x.p, x.q)
    s_b, s_m = x.ops.singular_value(b, i - 1), x.ops.singular_value(x.M, later - 1)
    p, q, rest = first_columns(m, x.p), first_columns(n, x.q), sympy.MatrixSymbol(r"P_{\perp}", m, m - x.p)

    # Otherwise i + r is at most the smaller side, and the three subspaces have these codimensions.
    d.vacuous("i + r is beyond the smaller side: σ_{i+r}(M) = 0", vanishing=s_m)
    y, span = sympy.MatrixSymbol("y", x.q, 1), sympy.MatrixSymbol("V_{i+r}(M)", n, later)
    d.given("Q has orthonormal columns", (q.T * q, sympy.Identity(x.q)))
    below_s_b, past_b = beyond(b.T * b, y, s_b, i - 1)
    in_kept_rows = Subspace(m - x.p, [(rest.T * x.M * q * y, sympy.ZeroMatrix(m - x.p, 1))])
    d.common_vector(y, past_b, spanned(span, q * y), in_kept_rows)

    of_b, of_m = d.norm(b * y), d.norm(x.M * q * y)
    short = d.root("‖PᵀMQy‖ ≤ σ_i(B)", s_b, of_b, using=below_s_b)
    completed = [(p * p.T, sympy.Identity(m) - rest * rest.T)]
    same = d.root("‖PᵀMQy‖ ≥ ‖MQy‖: the deleted rows of MQy vanish", of_b, of_m, using=completed)
    long = d.root("‖MQy‖ ≥ σ_{i+r}(M)", of_m, s_m, using=at_least_on_span(x.M.T * x.M, span, s_m))
    d.conclude({short: 1, same: 1, long: 1})
