"""The two ways in which instances of any domain of matrices are built: by entries, and by spectrum and angles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from graphlib import TopologicalSorter
from typing import Any

import numpy as np

from specbound.core.instance import Domain, Instance
from specbound.core.recipe import Integer, Reals, Recipe, Values, uniform
from specbound.core.statement import Statement
from specbound.numeric.arrays import ArrayOps
from specbound.numeric.matrices import from_spectrum, plane_count, random_spectrum, rotation
from specbound.numeric.ops import Ops

ENTRIES_SIZE = 8
SPECTRUM_SIZE = 4

LEAST = 0.1
"""The smallest singular value of a matrix that is drawn nonsingular, where the largest is at most 1."""


def recipes_of(statement: Statement) -> tuple[Recipe, ...]:
    """The statement's own recipes, or the standard ones of its domain."""
    return statement.recipes or (by_spectrum(statement.domain), entries(statement.domain))


def entries(domain: Domain, size: int = ENTRIES_SIZE, smallest: int = 1) -> Recipe:
    """Raw matrices: sizes from ``smallest`` to ``size``, indices, and every entry in ``[-1, 1]``.

    Reaches every instance of its sizes but scale.
    """
    reals = tuple(Reals(name, partial(domain.shape, name), -1.0, 1.0) for name in domain.matrices)

    def matrices(values: Mapping[str, Any]) -> Values:
        return {name: values[name] for name in domain.matrices}

    return Recipe("entries", _integers(domain, size, smallest), (*reals, *_numbers(domain)), _builder(domain, matrices))


def by_spectrum(
    domain: Domain, size: int = SPECTRUM_SIZE, orthonormal: Sequence[str] = (), nonsingular: Sequence[str] = ()
) -> Recipe:
    """Matrices ``U Σ Vᵀ``: for each its spectrum in ``[0, 1]`` and the angles, in degrees, of both rotations.

    Drawn spectra are uniform, graded, clustered or rank-deficient. Reaches every instance of its sizes but scale and
    orientation: a rotation has determinant 1. The matrices named in ``orthonormal`` are first columns of a rotation
    instead, with no more columns than rows; they reach all orthonormal columns but, where square, a reflection. Those
    named in ``nonsingular`` have spectra in ``[0.1, 1]``, drawn uniformly.
    """
    reals: list[Reals] = []
    for name in domain.matrices:
        reals.append(Reals(f"left_{name}", partial(_angles_shape, domain, name, 0), -180.0, 180.0))
        if name not in orthonormal:
            low, draw = (LEAST, uniform) if name in nonsingular else (0.0, _draw_spectrum)
            reals.append(Reals(f"spectrum_{name}", partial(_spectrum_shape, domain, name), low, 1.0, draw))
            reals.append(Reals(f"right_{name}", partial(_angles_shape, domain, name, 1), -180.0, 180.0))

    def matrix(values: Mapping[str, Any], name: str) -> Any:
        rows, columns = domain.shape(name, values)
        left = rotation(values[f"left_{name}"], rows)
        if name in orthonormal:
            return left[..., :, :columns]
        return from_spectrum(values[f"spectrum_{name}"], left, rotation(values[f"right_{name}"], columns))

    def matrices(values: Mapping[str, Any]) -> Values:
        return {name: matrix(values, name) for name in domain.matrices}

    bounds = [domain.matrices[name] for name in orthonormal if len(set(domain.matrices[name])) == 2]
    drawn = (*reals, *_numbers(domain))
    return Recipe("by_spectrum", _integers(domain, size, 1, bounds), drawn, _builder(domain, matrices))


def _numbers(domain: Domain) -> list[Reals]:
    return [Reals(name, lambda _: (), *number.searched, _draw_number) for name, number in domain.numbers.items()]


def _integers(domain: Domain, size: int, smallest: int, bounds: Sequence[tuple[str, str]] = ()) -> tuple[Integer, ...]:
    """Sizes, then indices. A bound ``(rows, columns)`` keeps the second size from exceeding the first, drawn before."""

    def at_most(name: str) -> Callable[[Mapping[str, Any]], int]:
        return lambda values: min([size, *(values[rows] for rows, columns in bounds if columns == name)])

    before = {name: {rows for rows, columns in bounds if columns == name} for name in domain.dimensions}
    sizes = [Integer(name, smallest, at_most(name)) for name in TopologicalSorter(before).static_order()]
    return (*sizes, *(Integer(name, index.low, index.high) for name, index in domain.indices.items()))


def _builder(
    domain: Domain, matrices: Callable[[Mapping[str, Any]], Values]
) -> Callable[[Mapping[str, Any], Ops | None], Instance]:
    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        built = matrices(values)
        system = ops or ArrayOps.of(next(iter(built.values())))
        return Instance(system, {**built, **{name: values[name] for name in domain.parameters}})

    return build


def _spectrum_shape(domain: Domain, name: str, values: Mapping[str, Any]) -> tuple[int, ...]:
    return (min(domain.shape(name, values)),)


def _angles_shape(domain: Domain, name: str, side: int, values: Mapping[str, Any]) -> tuple[int, ...]:
    return (plane_count(domain.shape(name, values)[side]),)


def _draw_spectrum(generator: Any, _low: float, _high: float, shape: Any) -> Any:
    return random_spectrum(generator, shape)


def _draw_number(generator: Any, low: float, high: float, shape: Any) -> Any:
    """Log-uniform: each order of magnitude is as likely as another."""
    return np.clip(np.exp(generator.uniform(np.log(low), np.log(high), size=shape)), low, high)
