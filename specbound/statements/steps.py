"""What statements on single steps of optimizers share: how a step of a locked model moves the inserted one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from specbound.core.instance import Domain, Instance, Number
from specbound.core.recipe import Recipe
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.deformations import scaling
from specbound.statements.recipes import by_spectrum

RATE = Number(low=0.0, searched=(0.01, 1.0))
"""A learning rate η > 0."""

TINY = 1e-300
"""What keeps quotients and rates of a recipe finite and positive."""

LEAST_CURVATURE = 1e-6
"""The least curvature that a recipe divides a gain of 1 by."""


def moved_by(x: Instance, step: Array) -> Array:
    """``D · step`` with ``D = α P Pᵀ + Q E Q``, ``Q = I − P Pᵀ``: how a locked model's step moves the inserted one."""
    ops, beside = x.ops, scaling(x.ops, x.P, 0)
    along = ops.scaled(x.alpha, ops.product(x.P, ops.transpose(x.P), step))
    return ops.sum(along, ops.product(beside, x.E, beside, step))


def inner(x: Instance, left: Array, right: Array) -> Scalar:
    """``leftᵀ right`` of two columns."""
    return x.ops.entry(x.ops.product(x.ops.transpose(left), right))


def larger(one: Any, other: Any) -> Any:
    """The larger of two numbers of a recipe, or entry by entry, without a choice between them."""
    return (one + other + abs(one - other)) / 2


def sign(number: Any) -> Any:
    """1 or −1 for a number of a recipe, and 0 for 0, without a choice between them."""
    return number / (abs(number) + TINY)


def quotient(gain: Any, curvature: Any) -> Any:
    """``|gain| / curvature`` as a rate of a recipe, which is positive."""
    return abs(gain) / (curvature + LEAST_CURVATURE * abs(gain) + TINY) + TINY


def completed(
    domain: Domain,
    name: str,
    build: Callable[[Instance], Mapping[str, Any]],
    orthonormal: tuple[str, ...] = (),
    nonsingular: tuple[str, ...] = (),
) -> Recipe:
    """Instances by spectrum, some of whose values follow from the others: ``build(instance)`` gives those."""
    drawn = by_spectrum(domain, orthonormal=orthonormal, nonsingular=nonsingular)

    def built(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        x = drawn.build(values, ops)
        return replace(x, values={**x.values, **build(x)})

    return replace(drawn, name=name, build=built)
