"""``Q ≥ 2X_1 − N/(N+1)``: N + 1 squares ``((N+1)d − 1)²``, whose differences d add up to X_1."""

from typing import Any

from specbound.checks.symbolic import Derivation, Fact
from specbound.statements.rates.first_order_lower import count, factor, squared_change, variable


def derive(d: Derivation) -> None:
    x = d.instance
    n = count(x)

    def potential(k: Any) -> Any:
        # (N+1)² (x_k − x_{k+1})² ≥ 2(N+1)(x_k − x_{k+1}) − 1.
        return -2 * (n + 1) * variable(x, k) - k

    def step(k: Any) -> Fact:
        change = (n + 1) * (variable(x, k) - variable(x, k + 1)) - 1
        return d.combine(
            "one square",
            (n + 1) ** 2 * squared_change(x, k) - potential(k + 1) + potential(k),
            {d.square(change): 1},
        )

    inner = d.summed("the inner squares", potential, n - 1, step, lambda k: squared_change(x, k), (n + 1) ** 2)
    first, last = d.square((n + 1) * variable(x, 0) - n), d.square((n + 1) * variable(x, n - 1) - 1)
    scale = x.L * factor(n) / 2
    whole = d.combine("N + 1 times the claim", (n + 1) * d.goal, {inner: scale, first: scale, last: scale})
    d.conclude({d.cancel("divided by N + 1", d.goal, n + 1, whole): 1})
