"""The two ways in which instances of any domain of matrices are built: by entries, and by spectrum and angles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from specbound.core.instance import Domain, Instance
from specbound.core.recipe import Integer, Reals, Recipe, Values
from specbound.core.statement import Statement
from specbound.numeric.matrices import from_spectrum, plane_count, random_spectrum, rotation
from specbound.numeric.ops import ArrayOps, Ops

ENTRIES_SIZE = 8
SPECTRUM_SIZE = 4


def recipes_of(statement: Statement) -> tuple[Recipe, ...]:
    """The statement's own recipes, or the standard ones of its domain."""
    return statement.recipes or (by_spectrum(statement.domain), entries(statement.domain))


def entries(domain: Domain, size: int = ENTRIES_SIZE) -> Recipe:
    """Raw matrices: sizes up to ``size``, indices, and every entry in ``[-1, 1]``. Reaches every instance but scale."""
    reals = tuple(Reals(name, partial(_matrix_shape, shape), -1.0, 1.0) for name, shape in domain.matrices.items())

    def matrices(values: Mapping[str, Any]) -> Values:
        return {name: values[name] for name in domain.matrices}

    return Recipe("entries", _integers(domain, size), reals, _builder(domain, matrices))


def by_spectrum(domain: Domain, size: int = SPECTRUM_SIZE) -> Recipe:
    """Matrices ``U Σ Vᵀ``: for each its spectrum in ``[0, 1]`` and the angles, in degrees, of both rotations.

    Drawn spectra are uniform, graded, clustered or rank-deficient. Reaches every instance of its sizes but scale and
    orientation: a rotation has determinant 1.
    """
    reals: list[Reals] = []
    for name, (rows, columns) in domain.matrices.items():
        reals += [
            Reals(f"spectrum_{name}", partial(_spectrum_shape, (rows, columns)), 0.0, 1.0, _draw_spectrum),
            Reals(f"left_{name}", partial(_angles_shape, rows), -180.0, 180.0),
            Reals(f"right_{name}", partial(_angles_shape, columns), -180.0, 180.0),
        ]

    def matrices(values: Mapping[str, Any]) -> Values:
        return {
            name: from_spectrum(
                values[f"spectrum_{name}"],
                rotation(values[f"left_{name}"], values[rows]),
                rotation(values[f"right_{name}"], values[columns]),
            )
            for name, (rows, columns) in domain.matrices.items()
        }

    return Recipe("by_spectrum", _integers(domain, size), tuple(reals), _builder(domain, matrices))


def _integers(domain: Domain, size: int) -> tuple[Integer, ...]:
    sizes = [Integer(name, 1, lambda _: size) for name in domain.dimensions]
    return (*sizes, *(Integer(name, index.low, index.high) for name, index in domain.indices.items()))


def _builder(
    domain: Domain, matrices: Callable[[Mapping[str, Any]], Values]
) -> Callable[[Mapping[str, Any], Ops | None], Instance]:
    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        built = matrices(values)
        system = ops or ArrayOps.of(next(iter(built.values())))
        return Instance(system, {**built, **{name: values[name] for name in domain.indices}})

    return build


def _matrix_shape(shape: tuple[str, str], values: Mapping[str, Any]) -> tuple[int, ...]:
    return values[shape[0]], values[shape[1]]


def _spectrum_shape(shape: tuple[str, str], values: Mapping[str, Any]) -> tuple[int, ...]:
    return (min(_matrix_shape(shape, values)),)


def _angles_shape(size: str, values: Mapping[str, Any]) -> tuple[int, ...]:
    return (plane_count(values[size]),)


def _draw_spectrum(generator: Any, _low: float, _high: float, shape: Any) -> Any:
    return random_spectrum(generator, shape)
