"""What derivations on Newton's method share: ``(μ − M‖e‖) ‖x₊ − x*‖ ≤ (M/2) ‖e‖²``."""

import sympy

from specbound.checks.symbolic import Derivation, Fact
from specbound.statements.newton import error_after, lag, reach


def quadratic(d: Derivation, inside: str) -> Fact:
    """``H p = (H − B)e`` along p is at least ``(μ − M‖e‖) ‖p‖²``, and at most ``(M/2) ‖e‖² ‖p‖``.

    ``inside``: the assumption by which H has an inverse.
    """
    x, ops = d.instance, d.instance.ops
    p = error_after(x)
    d.assume(inside, (x.C.T * x.C * p, lag(x) - x.mu * p - reach(x) * x.X * p))
    error, after = d.column_norm(x.e), d.column_norm(p)
    same_e, same_p = (d.root("one norm", n, d.norm(v)) for n, v in ((error, x.e), (after, p)))
    one = sympy.Integer(1)
    # Along p, CᵀC adds ‖Cp‖² ≥ 0.
    curved = d.square(d.norm(x.C * p))
    changes = d.spectral_norm(x.X, right=p, left=-p)
    lags = d.spectral_norm(x.Y, right=x.e, left=p)
    top = ops.singular_value(x.Y, 0)
    small = [d.assume_at_least("lipschitz", one, ops.singular_value(matrix, 0)) for matrix in (x.X, x.Y)]
    whole = d.combine(
        "along p",
        after * (reach(x) / 2 * error - (x.mu - reach(x)) * after),
        {
            curved: 1,
            changes: reach(x),
            lags: reach(x) / 2,
            same_e: reach(x) / 2 * top * d.norm(p),
            same_p: reach(x) / 2 * top * error,
            small[0]: reach(x) * after**2,
            small[1]: reach(x) / 2 * error * after,
        },
    )
    return d.cancel("divided by ‖p‖", reach(x) / 2 * error - (x.mu - reach(x)) * after, after, whole)
