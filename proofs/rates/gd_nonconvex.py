"""``4L (F_k − F_{k+1}) ≥ (3h − h²) ‖g_k‖² + h ‖g_{k+1}‖²``, each at least γ²: what smoothness says, and a square."""

from proofs.running import along, assumed, no_shorter
from specbound.checks.symbolic import Derivation, Fact
from specbound.statements.rates.gd_nonconvex import between, rate
from specbound.statements.runs import Met


def derive(d: Derivation) -> None:
    x = d.instance
    at_most_one = d.assume_at_least("short_step", 1, x.h)

    def step(before: Met, after: Met) -> Fact:
        (claim,) = between(x, before, after)
        decrease, longer = assumed(d, "smooth", claim), no_shorter(d, before)
        apart = d.square(d.norm(before.gradient - after.gradient))
        return d.combine(
            "each step lowers the value enough",
            4 * x.L * (before.value - after.value) - rate(x) * x.gamma**2,
            {
                decrease: 4 * x.L,
                d.times(at_most_one, apart): 1,
                d.times(at_most_one, longer): x.h,
                longer: 2 * x.h,
                no_shorter(d, after): x.h,
            },
        )

    along(d, rate(x), step)
