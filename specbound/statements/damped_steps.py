"""What statements on a preconditioner of the gradient's own size share, damped by ε: Adam's first step among them."""

from __future__ import annotations

from specbound.core.instance import Domain, Instance, Number
from specbound.numeric.ops import Array, Scalar
from specbound.statements.steps import RATE

DOMAIN = Domain(
    {"K": ("n", "n"), "g": ("n", "1")},
    numbers={
        "alpha": Number(low=0.0, searched=(0.1, 100.0)),
        "epsilon": Number(low=0.0, searched=(0.01, 10.0)),
        "eta": RATE,
    },
)
"""A root of the preconditioner ``A = KᵀK`` and the gradient of the inserted model along what is inflated; α, ε, η."""


def preconditioner(x: Instance) -> Array:
    """``A = KᵀK``."""
    return x.ops.product(x.ops.transpose(x.K), x.K)


def step(x: Instance) -> Array:
    """``s = (αA + εI)⁻¹ αg``, of the locked model, whose gradient and preconditioner are α times as large."""
    ops = x.ops
    damped = ops.sum(ops.scaled(x.alpha, preconditioner(x)), ops.scaled(x.epsilon, ops.identity(x.K)))
    return ops.solve(damped, ops.scaled(x.alpha, x.g))


def moved(x: Instance) -> Array:
    """``m = ηαs``, how far a step moves what is inflated in the inserted model."""
    return x.ops.scaled(x.eta * x.alpha, step(x))


def size_of_moved(x: Instance) -> Scalar:
    """A bound on ``‖m‖`` and on what its rounding comes to."""
    norm = x.ops.frobenius_norm
    largest = x.eta * x.alpha**2 * norm(x.g) / x.epsilon
    return largest * (1 + x.alpha * norm(x.K) ** 2 / x.epsilon)
