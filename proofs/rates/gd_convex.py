"""``2kL F_k + k(k+1) ‖g_k‖² + L² ‖x_k − x*‖²`` never grows, and its end is at least ``(4N+2)L F_N``."""

from typing import Any

import sympy

from proofs.running import assumed, column_of
from specbound.checks.symbolic import Derivation, Fact
from specbound.statements.rates.gd_convex import between
from specbound.statements.runs import Met, convex_at_minimizer, gradient, last, square, stepped, value


def derive(d: Derivation) -> None:
    x = d.instance
    n = last(x)

    def at(k: Any) -> Met:
        return Met(column_of("x", x.e, k), gradient(x, k), value(x, k))

    def potential(k: Any) -> Any:
        here = at(k)
        slopes = k * (k + 1) * square(x.ops, here.gradient)
        return 2 * k * x.L * here.value + slopes + x.L**2 * square(x.ops, here.point)

    def step(k: Any) -> Fact:
        before, after = at(k), at(k + 1)
        d.given("a step", (after.point, stepped(x, before.point, before.gradient, 1)))
        (down, up), at_least = between(x, before, after), assumed(d, "minimizer", convex_at_minimizer(x, before))
        down, up = assumed(d, "smooth", down), assumed(d, "smooth", up)
        # The two together say ⟨g_k, g_{k+1}⟩ ≥ ‖g_{k+1}‖², so that ‖g_k‖ ≥ ‖g_{k+1}‖.
        shrinks = d.square(d.norm(before.gradient - after.gradient))
        return d.combine(
            "the potential does not grow",
            potential(k) - potential(k + 1),
            {
                at_least: 2 * x.L,
                down: 2 * (k + 1) * x.L + 2 * (k + 1) ** 2 * x.L,
                up: 2 * (k + 1) ** 2 * x.L,
                shrinks: (k + 1) ** 2,
            },
        )

    d.given("the start", (at(sympy.Integer(0)).point, x.e))
    fallen = d.summed("it has not grown in all steps", potential, n, step)
    end = at(n)
    at_least = assumed(d, "minimizer", convex_at_minimizer(x, end))
    m = n + 1
    apart = d.square(d.norm(x.L * end.point - m * end.gradient))
    whole = d.combine("L times the claim", x.L * d.goal, {fallen: 1, at_least: 2 * m * x.L, apart: 1})
    d.conclude({d.cancel("divided by L", d.goal, x.L, whole): 1})
