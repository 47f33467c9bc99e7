"""What the statements on rescalings that keep a function share: the rest of the model, and matrices that commute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from specbound.core.instance import Domain, Instance
from specbound.core.recipe import Recipe
from specbound.core.statement import Assumption
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.deformations import around, sizes
from specbound.statements.recipes import entries

REST = around("c")
"""The model around a site: ``h`` is what it receives, c the number of its outputs."""

SIZE = 2
"""Of drawn matrices: there are many in each product."""

SHARE = 0.9
"""A drawn rescaling differs from the identity by a matrix of at most that norm, so that it has an inverse."""

Builder = Callable[[Ops, Mapping[str, Array]], Mapping[str, Array]]


def inverse_of(x: Instance, name: str) -> Array:
    """The inverse of the named matrix."""
    matrix = x.values[name]
    return x.ops.solve(matrix, x.ops.identity(matrix))


def nonsingular(name: str) -> Assumption:
    """The assumption that the named matrix has an inverse."""
    return Assumption("nonsingular", f"{name} is undone by its inverse", lambda x: x.ops.nonsingular(x.values[name]))


def commutes(name: str, other: str, why: str) -> Assumption:
    """The assumption that two named matrices commute."""

    def holds(x: Instance) -> Any:
        ops, one, two = x.ops, x.values[name], x.values[other]
        apart = ops.frobenius_norm(ops.difference(ops.product(one, two), ops.product(two, one)))
        size = ops.frobenius_norm(one) * ops.frobenius_norm(two)
        return ops.at_least(0 * apart, apart, one.shape[-1] * size)

    return Assumption("commutes", why, holds)


def condition(x: Instance, name: str) -> Scalar:
    """``(1 + ‖A‖_F)(1 + ‖A⁻¹‖_F) ‖A‖_F / σ_min(A)``: what A and its computed inverse can make of a size."""
    norm, matrix = x.ops.frobenius_norm, x.values[name]
    growth = (1 + norm(matrix)) * (1 + norm(inverse_of(x, name)))
    return growth * (1 + norm(matrix) / x.ops.singular_values(matrix).smallest())


def sizes_behind(x: Instance, z: Scalar) -> Scalar:
    """A bound on the terms of a second derivative, from one on z and its derivatives."""
    norm = x.ops.frobenius_norm
    return z * (norm(x.g) + norm(x.a) + norm(x.b)) + 2 * z * z * norm(x.S)


def sizes_of_input(x: Instance) -> Scalar:
    """The same of what a site receives."""
    return sizes(x, x.h, x.h_s, x.h_t, x.h_st)


def diagonal(domain: Domain, rescaling: str, other: str) -> Recipe:
    """Entries where both named matrices are diagonal, the rescaling with positive numbers."""

    def built(ops: Ops, values: Mapping[str, Array]) -> Mapping[str, Array]:
        identity = ops.identity(values[other])
        scales = ops.hadamard(identity, values[rescaling])
        return {
            rescaling: ops.sum(identity, ops.scaled(SHARE, scales)),
            other: ops.hadamard(identity, values[other]),
        }

    return _changed(domain, "diagonal", built)


def polynomial(domain: Domain, rescaling: str, other: str) -> Recipe:
    """Entries where the rescaling is a nonsingular polynomial of the other matrix, of degree 1."""

    def built(ops: Ops, values: Mapping[str, Array]) -> Mapping[str, Array]:
        matrix = values[other]
        share = ops.entry(ops.leading(values[rescaling], 1, 1)) * SHARE / (1 + ops.frobenius_norm(matrix))
        return {rescaling: ops.sum(ops.identity(matrix), ops.scaled(share, matrix))}

    return _changed(domain, "polynomial", built)


def near_identity(domain: Domain, rescaling: str) -> Recipe:
    """Entries where the rescaling differs from the identity by less than one."""

    def built(ops: Ops, values: Mapping[str, Array]) -> Mapping[str, Array]:
        matrix = values[rescaling]
        share = SHARE / (1 + ops.frobenius_norm(matrix))
        return {rescaling: ops.sum(ops.identity(matrix), ops.scaled(share, matrix))}

    return _changed(domain, "near_identity", built)


def _changed(domain: Domain, name: str, built: Builder) -> Recipe:
    plain = entries(domain, size=SIZE)

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        x = plain.build(values, ops)
        return Instance(x.ops, {**x.values, **built(x.ops, x.values)})

    return Recipe(name, plain.integers, plain.reals, build)
