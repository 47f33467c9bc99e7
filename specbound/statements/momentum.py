"""What statements on momentum share: a quadratic whose curvature lies between 0 and λ, and an energy of two points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from specbound.core.instance import Domain, Instance, Number
from specbound.core.recipe import Recipe
from specbound.core.statement import Assumption
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.clipping import SLACK
from specbound.statements.descent import CURVATURE, RATE, inner
from specbound.statements.recipes import by_spectrum

MOMENTUM = Number(low=0.0, searched=(0.01, 1.0))
"""β > 0."""

DOMAIN = Domain(
    {"K": ("n", "m"), "x0": ("n", "1"), "x1": ("n", "1")},
    numbers={"eta": RATE, "lam": CURVATURE, "beta": MOMENTUM},
)
"""What the curvature is made of, two points in a row, the learning rate, the largest curvature and the momentum."""

Map = Callable[[Array], Array]


def combination(x: Instance, *terms: tuple[Scalar, Array]) -> Array:
    """``Σ c M`` over the terms ``(c, M)``."""
    return x.ops.sum(*(x.ops.scaled(factor, matrix) for factor, matrix in terms))


def curved(x: Instance) -> Map:
    """``H`` times a column, ``H = λ K Kᵀ``: for ``‖K‖ ≤ 1`` these are all H with ``0 ⪯ H ⪯ λI``."""
    return lambda column: x.ops.scaled(x.lam, x.ops.product(x.K, x.ops.transpose(x.K), column))


def energy(
    x: Instance, points: Sequence[Array], beta: Scalar, step: Scalar, restoring: Scalar, metric: Map, hessian: Map
) -> Scalar:
    """``½ dᵀ(2(1 + β) P − step · H) d + ½ restoring · sᵀHs``: d is the difference of the two points, s their sum.

    ``metric``: P times a column; ``hessian``: H times a column.
    """
    apart, together = x.ops.difference(points[1], points[0]), x.ops.sum(*points)
    away = combination(x, (2 * (1 + beta), metric(apart)), (-step, hessian(apart)))
    return (inner(x, apart, away) + restoring * inner(x, together, hessian(together))) / 2


def unchanged(column: Array) -> Array:
    """``I`` times a column."""
    return column


def two_steps_apart(x: Instance, points: Sequence[Array], weight: Map) -> Scalar:
    """``Σ δᵀ weight(δ)`` over ``δ = x_{t+2} − x_t``."""
    total: Any = 0
    for before, after in zip(points, points[2:], strict=False):
        moved = x.ops.difference(after, before)
        total = total + inner(x, moved, weight(moved))
    return total


def size_of_path(start: Scalar, growth: Scalar, steps: int) -> Scalar:
    """A bound on squares of what steps reach: ``start`` is the size of the first points, ``growth`` that of a step."""
    return (3 + growth) ** (2 * steps + 2) * start**2


def up_to(limit: Callable[[Instance], Scalar], domain: Domain, largest: float = 1, **options: Any) -> Recipe:
    """Instances whose learning rate is at most ``largest`` times the limit, which does not depend on the one drawn."""
    drawn = by_spectrum(domain, **options)

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        x = drawn.build(values, ops)
        part = largest * (1 - SLACK) * x.eta / RATE.searched[1]
        return replace(x, values={**x.values, "eta": part * limit(x)})

    return replace(drawn, name="up_to_the_limit" if largest == 1 else "beyond_the_limit", build=build)


def below_limit(limit: Callable[[Instance], Scalar]) -> Assumption:
    """The assumption ``below_limit``: the learning rate is at most the limit."""
    return Assumption("below_limit", "beyond the limit the path grows", lambda x: x.eta <= limit(x))


CURVATURE_WITHIN = Assumption("contraction", "a limit is one for a largest curvature", lambda x: x.ops.contraction(x.K))
"""``‖K‖ ≤ 1``: no curvature beyond λ."""


def stretched(x: Instance) -> Instance:
    """The same instance with 2K in place of K: curvature up to 4λ."""
    return replace(x, values={**x.values, "K": x.ops.scaled(2, x.K)})
