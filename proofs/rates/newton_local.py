"""``(μ − M‖e‖) ‖x₊ − x*‖ ≤ (M/2) ‖e‖²``: ``H p = (H − B)e``, along p."""

from proofs.newton import quadratic
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.conclude({quadratic(d, "inside"): 1})
