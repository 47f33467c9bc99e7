"""What statements on the largest learning rate on a quadratic share: a step in two parts, and what it gains."""

from __future__ import annotations

from specbound.core.instance import Domain, Instance, Number
from specbound.numeric.ops import Array, Scalar
from specbound.statements.steps import RATE, inner, quotient, sign

DOMAIN = Domain(
    {"J": ("m", "n"), "g": ("n", "1"), "p": ("n", "1"), "q": ("n", "1")},
    numbers={"sigma": Number(low=0.0, searched=(0.5, 100.0)), "eta": RATE},
)
"""A root of the Hessian, the gradient, the two parts of a step, by how much the first is multiplied, and the rate."""


def direction(x: Instance) -> Array:
    """``v = σp + q``."""
    return x.ops.sum(x.ops.scaled(x.sigma, x.p), x.q)


def length(x: Instance, column: Array) -> Scalar:
    """``‖J column‖``."""
    return x.ops.frobenius_norm(x.ops.product(x.J, column))


def curvature_along(x: Instance) -> Scalar:
    """``‖Jv‖²``."""
    image = x.ops.product(x.J, direction(x))
    return inner(x, image, image)


def doubled_gain(x: Instance) -> Scalar:
    """``2 gᵀv``."""
    return 2 * inner(x, x.g, direction(x))


def with_rate(x: Instance, part: float, curvature: Scalar) -> dict[str, Array]:
    """A gradient that goes along the step, and the part of ``2 gᵀv/curvature`` as the learning rate."""
    gain = doubled_gain(x)
    return {"g": x.ops.scaled(sign(gain), x.g), "eta": part * quotient(gain, curvature)}


def size_of_sides(x: Instance) -> Scalar:
    """A bound on both sides and on what they are computed from."""
    norm = x.ops.frobenius_norm
    size = x.sigma * norm(x.p) + norm(x.q)
    return x.eta * (norm(x.J) * size) ** 2 + 2 * norm(x.g) * size
