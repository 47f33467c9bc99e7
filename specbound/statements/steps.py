"""What statements on single steps of optimizers share: how a step of a locked model moves the inserted one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from specbound.core.instance import Domain, Instance, Number
from specbound.core.recipe import Recipe
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.deformations import scaling
from specbound.statements.recipes import by_spectrum

RATE = Number(low=0.0, searched=(0.01, 1.0))
"""A learning rate η > 0."""

SLACK = 2.0**-40
"""By how much a recipe keeps off the limit of an assumption, so that rounding does not carry it across."""


def moved_by(x: Instance, step: Array) -> Array:
    """``D · step`` with ``D = α P Pᵀ + Q E Q``, ``Q = I − P Pᵀ``: how a locked model's step moves the inserted one."""
    ops, beside = x.ops, scaling(x.ops, x.P, 0)
    along = ops.scaled(x.alpha, ops.product(x.P, ops.transpose(x.P), step))
    return ops.sum(along, ops.product(beside, x.E, beside, step))


def locked(x: Instance) -> Array:
    """``Dᵀ g``, the gradient of the locked model."""
    ops, beside = x.ops, scaling(x.ops, x.P, 0)
    along = ops.scaled(x.alpha, ops.product(x.P, ops.transpose(x.P), x.g))
    return ops.sum(along, ops.product(beside, ops.transpose(x.E), beside, x.g))


def inner(x: Instance, left: Array, right: Array) -> Scalar:
    """``leftᵀ right`` of two columns."""
    return x.ops.entry(x.ops.product(x.ops.transpose(left), right))


def size_of_change(x: Instance) -> Scalar:
    """A bound on ``‖D‖`` and on what it is computed from."""
    top = x.ops.singular_value
    return x.alpha * top(x.P, 0) ** 2 + (1 + top(x.P, 0) ** 2) ** 2 * top(x.E, 0)


def larger(one: Any, other: Any) -> Any:
    """The larger of two numbers of a recipe, or entry by entry, without a choice between them."""
    return (one + other + abs(one - other)) / 2


def derived(
    domain: Domain,
    name: str,
    build: Any,
    orthonormal: tuple[str, ...] = (),
    nonsingular: tuple[str, ...] = (),
) -> Recipe:
    """Instances by spectrum, some of whose values follow from the others: ``build(instance)`` gives those."""
    drawn = by_spectrum(domain, orthonormal=orthonormal, nonsingular=nonsingular)

    def built(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        x = drawn.build(values, ops)
        return replace(x, values={**x.values, **build(x)})

    return replace(drawn, name=name, build=built)
