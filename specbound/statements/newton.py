"""What the statements on Newton's method share: second-order models with a Lipschitz Hessian, and one step on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from specbound.core.instance import Domain, Instance, Number
from specbound.core.recipe import Recipe
from specbound.core.statement import Assumption
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.recipes import by_spectrum
from specbound.statements.runs import SLACK

NEAR = Domain(
    {"C": ("n", "n"), "X": ("n", "n"), "Y": ("n", "n"), "e": ("n", "1")},
    numbers={"mu": Number(low=0.0, searched=(0.1, 1.0)), "M": Number(low=0.0, searched=(0.1, 10.0))},
)
"""``μI + CᵀC`` is the Hessian at the minimizer x*, ``e = x − x*``. A Hessian that is M-Lipschitz is at x
``H = μI + CᵀC + M‖e‖ X``, and ``H − (M/2)‖e‖ Y`` on average between x* and x, with contractions X and Y."""


def reach(x: Instance) -> Scalar:
    """``M ‖e‖``, by how much the Hessian may change between x* and x."""
    return x.M * x.ops.frobenius_norm(x.e)


def hessian(x: Instance) -> Array:
    """``H``, at x."""
    ops = x.ops
    at_minimizer = ops.sum(ops.scaled(x.mu, ops.identity(x.C)), ops.product(ops.transpose(x.C), x.C))
    return ops.sum(at_minimizer, ops.scaled(reach(x), x.X))


def lag(x: Instance) -> Array:
    """``(H − B) e``, how much of ``He`` the gradient ``Be`` at x does not have."""
    return x.ops.scaled(reach(x) / 2, x.ops.product(x.Y, x.e))


def error_after(x: Instance) -> Array:
    """``x₊ − x* = e − H⁻¹Be = H⁻¹(H − B)e``."""
    return x.ops.solve(hessian(x), lag(x))


def scale(x: Instance, margin: Scalar) -> Scalar:
    """A bound on what both sides are computed from; ``margin``: a lower bound on the eigenvalues of H."""
    largest = x.mu + x.ops.frobenius_norm(x.C) ** 2 + reach(x)
    return reach(x) * x.ops.frobenius_norm(x.e) * (largest / margin) ** 2


def near(radius: float, least: float, stretch: float = 1.0) -> Recipe:
    """Instances with ``M‖e‖ < radius · μ``.

    **Parameters.** ``least``: the least ``μ − M‖e‖/radius``. ``stretch``: the greatest norm of X and Y.
    """
    free = replace(NEAR, numbers={"M": NEAR.numbers["M"], "excess": Number(low=0.0, searched=(least, 1.0))})
    drawn = by_spectrum(free)

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        x = drawn.build(values, ops)
        kept = {name: item for name, item in x.values.items() if name != "excess"}
        # A little less than drawn: rotations in floats are orthogonal up to rounding only.
        factor = (1 - SLACK) * stretch
        changed = {"mu": reach(x) / radius + x.excess, "X": factor * x.X, "Y": factor * x.Y}
        return replace(x, values={**kept, **changed})

    return replace(drawn, name="near", build=build)


def contractions(x: Instance) -> Any:
    return x.ops.contraction(x.X) & x.ops.contraction(x.Y)


LIPSCHITZ = Assumption("lipschitz", "the Hessian at x may otherwise be any, and the gradient too", contractions)

CUBIC = {"C": ("n", "n"), "s": ("n", "1")}
"""What the Hessian exceeds ``−(M/2)‖s‖I`` by is ``CᵀC``, where s is the step."""


def weight(x: Instance) -> Scalar:
    """``(M/2) ‖s‖``, which the cubic term adds to all curvatures at its minimizer."""
    return x.M / 2 * x.ops.frobenius_norm(x.s)
