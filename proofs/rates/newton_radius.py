"""``‖x₊ − x*‖ ≤ ‖e‖`` where ``3M‖e‖ ≤ 2μ``: then ``(M/2)‖e‖ ≤ μ − M‖e‖``."""

from proofs.newton import quadratic
from specbound.checks.symbolic import Derivation
from specbound.statements.newton import error_after, reach


def derive(d: Derivation) -> None:
    x = d.instance
    bound = quadratic(d, "within")
    within = d.assume_at_least("within", 2 * x.mu, 3 * reach(x))
    error, after = d.column_norm(x.e), d.column_norm(error_after(x))
    whole = d.combine("μ = 3(μ − M‖e‖) − (2μ − 3M‖e‖)", x.mu * d.goal, {bound: 3, within: error / 2 + after})
    d.conclude({d.cancel("divided by μ", d.goal, x.mu, whole): 1})
