"""``4L (F_k − F_{k+1}) ≥ (3h − h³) ‖g_k‖² + h ‖g_{k+1}‖²``, each at least γ²: smoothness, from both ends of a step."""

import sympy

from proofs.running import along, assumed, no_shorter
from specbound.checks.symbolic import Derivation, Fact
from specbound.statements.rates.gd_nonconvex_long import between, rate
from specbound.statements.runs import Met


def derive(d: Derivation) -> None:
    x = d.instance
    at_least_one = d.at_least("h")
    within = d.assume_at_least("within_root_three", sympy.Integer(3), x.h**2)

    def step(before: Met, after: Met) -> Fact:
        down, up = (assumed(d, "smooth", claim) for claim in between(x, before, after))
        longer = no_shorter(d, before)
        return d.combine(
            "each step lowers the value enough",
            4 * x.L * (before.value - after.value) - rate(x) * x.gamma**2,
            {
                down: 2 * x.L * (x.h + 1),
                d.times(at_least_one, up): 2 * x.L,
                d.times(within, longer): x.h,
                no_shorter(d, after): x.h,
            },
        )

    along(d, rate(x), step)
