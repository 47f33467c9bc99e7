"""What statements on clipped steps share: a gradient, what a lock makes of it, and the length that is left of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from specbound.core.instance import Domain, Instance, Number
from specbound.core.recipe import Integer, Recipe
from specbound.core.statement import Assumption
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.deformations import INFLATION, scaling
from specbound.statements.recipes import SPECTRUM_SIZE, by_spectrum

DOMAIN = Domain(
    {"g": ("n", "1"), "P": ("n", "k"), "E": ("n", "n")},
    numbers={
        "alpha": INFLATION,
        "eta": Number(low=0.0, searched=(0.01, 1.0)),
        "tau": Number(low=0.0, searched=(0.01, 1.0)),
        "c": Number(low=0.0, searched=(0.001, 1.0)),
    },
)
"""The gradient of the inserted model, orthonormal columns that span what a lock inflates, what it does to the rest,
the learning rate η, the threshold τ and the factor c ≤ 1 by which clipping shortens the locked model's gradient."""

SLACK = 2.0**-40
"""By how much a recipe keeps off the threshold, so that rounding does not carry it across; dimensionless."""


def inflated(x: Instance) -> Array:
    """``Pᵀg``: the gradient of the inserted model in the inflated directions."""
    return x.ops.product(x.ops.transpose(x.P), x.g)


def rest(x: Instance) -> Array:
    """``Q Eᵀ Q g`` with ``Q = I − P Pᵀ``: the locked model's gradient in all other directions."""
    beside = scaling(x.ops, x.P, 0)
    return x.ops.product(beside, x.ops.transpose(x.E), beside, x.g)


def locked_gradient(x: Instance) -> Array:
    """``Dᵀg`` with ``D = α P Pᵀ + Q E Q``."""
    return x.ops.sum(x.ops.scaled(x.alpha, x.ops.product(x.P, inflated(x))), rest(x))


def moved(x: Instance) -> Array:
    """``−Δθ'/(ηc) = D Dᵀ g``: along this a step goes in the coordinates of the inserted model."""
    ops, beside = x.ops, scaling(x.ops, x.P, 0)
    gradient = locked_gradient(x)
    along = ops.scaled(x.alpha, ops.product(x.P, ops.transpose(x.P), gradient))
    return ops.sum(along, ops.product(beside, x.E, beside, gradient))


def moved_inflated(x: Instance) -> Array:
    """``Pᵀ D Dᵀ g``, how far along the inflated directions."""
    return x.ops.product(x.ops.transpose(x.P), moved(x))


def moved_rest(x: Instance) -> Array:
    """``Q D Dᵀ g = Q E Q Dᵀ g``, how far in all other directions, without the large part that Q takes away."""
    beside = scaling(x.ops, x.P, 0)
    return x.ops.product(beside, x.E, beside, locked_gradient(x))


def clipped_length(x: Instance) -> Scalar:
    """``c ‖Dᵀg‖``, how long a gradient clipping leaves."""
    return x.c * x.ops.frobenius_norm(locked_gradient(x))


def size_of_step(x: Instance) -> Scalar:
    """A bound on ``ηc ‖D Dᵀ g‖`` and on what it is computed from."""
    return x.eta * x.c * size_of_change(x) ** 2 * x.ops.frobenius_norm(x.g)


def size_of_rest(x: Instance) -> Scalar:
    """A bound on ``‖Q E Q‖``."""
    top = x.ops.singular_value
    return (1 + top(x.P, 0) ** 2) ** 2 * top(x.E, 0)


def size_of_change(x: Instance) -> Scalar:
    """A bound on ``‖D‖``."""
    return x.alpha * x.ops.singular_value(x.P, 0) ** 2 + size_of_rest(x)


def at_the_threshold(factor: float, stretch: float = 1.0) -> Recipe:
    """Instances whose c cuts a gradient longer than τ down to ``factor · τ``, and others to ``factor`` of themselves.

    Something is always left that is not inflated. ``stretch``: by how much E, of norm at most 1, is multiplied.
    """
    free = replace(DOMAIN, numbers={name: number for name, number in DOMAIN.numbers.items() if name != "c"})
    drawn = by_spectrum(free, orthonormal=("P",))

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        x = drawn.build(values, ops)
        x = replace(x, values={**x.values, "E": stretch * x.E})
        # Twice the larger of τ and ‖Dᵀg‖, without a choice between them.
        length = x.ops.frobenius_norm(locked_gradient(x))
        twice = x.tau + length + abs(x.tau - length)
        return replace(x, values={**x.values, "c": factor * 2 * x.tau / twice})

    sizes = (Integer("n", 2, lambda _: SPECTRUM_SIZE), Integer("k", 1, lambda values: values["n"] - 1))
    return replace(drawn, name="at_the_threshold", integers=sizes, build=build)


BELOW, ABOVE = at_the_threshold(1 - SLACK), at_the_threshold(1 + SLACK)

CLIPPED = Assumption(
    "clipped", "without clipping a step is as long as the gradient has it", lambda x: clipped_length(x) <= x.tau
)
"""``c ‖Dᵀg‖ ≤ τ``, whatever the rule."""

CLIPPING_ACTS = Assumption(
    "clipping_acts", "a gradient below the threshold takes a shorter step", lambda x: clipped_length(x) >= x.tau
)
"""``c ‖Dᵀg‖ ≥ τ``: no more is cut off than has to be."""


def not_stretched(x: Instance) -> Any:
    return x.ops.contraction(x.E)


REST_NOT_STRETCHED = Assumption("contraction", "a two-sided lock stretches elsewhere too", not_stretched)
"""``‖E‖ ≤ 1``."""
