"""Hypothesis strategies for tests of one's own: matrices by spectrum, rank, cluster or grading, and triples by angle.

Uniform random matrices have full rank, distinct singular values and no vector at a right angle to another; bounds break
where that ends. These strategies go there on purpose, and shrink towards diagonal matrices of zeros and ones.

>>> from hypothesis import given
>>> @given(matrices(3, 2, rank=1))
... def test(matrix):
...     assert np.linalg.matrix_rank(matrix) == 1
>>> test()

All matrices are float64 arrays, dimensionless, of spectral norm at most 1 unless a spectrum is given; what they
promise they keep up to rounding. Arguments that no matrix can meet raise
:class:`~specbound.InvalidInput` when the strategy is made, not when it is drawn from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite, prod
from typing import Any

import hypothesis
import numpy as np
from hypothesis import strategies as st

from specbound.core.errors import InvalidInput
from specbound.core.instance import Instance
from specbound.core.recipe import Recipe, Values
from specbound.core.statement import Statement
from specbound.numeric.matrices import from_spectrum, plane_count, rotation
from specbound.statements.recipes import recipes_of
from specbound.weights import Matrix

Draw = Callable[[Any], Any]

LEAST = 0.01
"""The smallest singular value that is not zero, and the smallest gap between clusters, where nothing is graded."""


def reals(low: float, high: float) -> st.SearchStrategy[float]:
    """Floats in ``[low, high]``: landmarks (0, the bounds, their halves), hundredths of the way, and any other."""
    landmarks = [value for value in (0.0, high, high / 2, low, low / 2) if low <= value <= high]
    hundredths = st.integers(0, 100).map(lambda k: low + k / 100 * (high - low))
    return st.sampled_from(landmarks) | hundredths | st.floats(low, high, allow_subnormal=False)


def orthogonal(size: int) -> st.SearchStrategy[Matrix]:
    """Orthogonal matrices, shape ``(size, size)``: products of Givens rotations, by a reflection or not.

    **Accuracy.** Orthogonal up to rounding. **Raises.** :class:`InvalidInput` for a size below 1.

    >>> hypothesis.find(orthogonal(2), lambda q: abs(q[0, 0]) < 0.1).round(12) ** 2
    array([[0., 1.],
           [1., 0.]])
    """
    size = _size("size", size)
    degrees = st.lists(reals(-180.0, 180.0), min_size=plane_count(size), max_size=plane_count(size))
    signs = st.sampled_from([1.0, -1.0])

    def build(angles: list[float], sign: float) -> Matrix:
        return rotation(np.array(angles, dtype=float), size) * np.append(np.ones(size - 1), sign)

    return st.builds(build, degrees, signs)


def orthonormal(rows: int, columns: int) -> st.SearchStrategy[Matrix]:
    """Matrices with orthonormal columns, shape ``(rows, columns)``.

    **Raises.** :class:`InvalidInput` for more columns than rows, or a size below 1.
    """
    rows, columns = _size("rows", rows), _size("columns", columns)
    if columns > rows:
        raise InvalidInput(f"{columns} orthonormal columns of length {rows}; required: at most as many as rows")
    return orthogonal(rows).map(lambda q: q[:, :columns])


def spectra(
    count: int, *, rank: int | None = None, clusters: int | None = None, condition_number: float | None = None
) -> st.SearchStrategy[Matrix]:
    """Singular values in ``[0, 1]``, float64 of shape ``(count,)``, descending.

    **Parameters.** At most one of: ``rank``, how many are not zero (these are at least 0.01); ``clusters``, how many
    different values there are (at least 0.01 apart, each taken at least once); ``condition_number``, the largest over
    the smallest, with the ones between spread over the orders of magnitude. Without any: a mixture of all three and of
    unrestricted ones, in which values are often zero, equal, or far apart.
    **Raises.** :class:`InvalidInput` for what no spectrum of that length can be.

    >>> hypothesis.find(spectra(3, condition_number=1e8), lambda _: True)
    array([1.e+00, 1.e+00, 1.e-08])
    """
    count = _size("count", count)
    given = [option for option in (rank, clusters, condition_number) if option is not None]
    if len(given) > 1:
        raise InvalidInput("rank, clusters and condition_number were given together; required: at most one of them")
    if rank is not None:
        return _of_rank(count, rank)
    if clusters is not None:
        return _clustered(count, clusters)
    if condition_number is not None:
        return _graded(count, condition_number)
    return st.one_of(
        _descending(st.lists(reals(0.0, 1.0), min_size=count, max_size=count)),
        st.integers(0, count).flatmap(lambda number: _of_rank(count, number)),
        st.integers(1, count).flatmap(lambda number: _clustered(count, number)),
        st.integers(0, 12).flatmap(lambda power: _graded(count, 10.0**power if count > 1 else 1.0)),
    )


def matrices(
    rows: int,
    columns: int,
    *,
    spectrum: Sequence[float] | None = None,
    rank: int | None = None,
    clusters: int | None = None,
    condition_number: float | None = None,
) -> st.SearchStrategy[Matrix]:
    """Matrices ``U diag(σ) Vᵀ``, shape ``(rows, columns)``, U and V orthogonal.

    **Parameters.** ``spectrum``: the singular values themselves, ``min(rows, columns)`` numbers of at least 0, in any
    order; or one of the options of :func:`spectra`; or none, for its mixture.
    **Accuracy.** Singular values as prescribed up to rounding, about ``u · size`` relative to the largest.
    **Raises.** :class:`InvalidInput` for what no matrix of that shape can be.

    >>> hypothesis.find(matrices(2, 3, spectrum=[2.0, 1.0]), lambda _: True)
    array([[2., 0., 0.],
           [0., 1., 0.]])
    """
    rows, columns = _size("rows", rows), _size("columns", columns)
    count = min(rows, columns)
    options: dict[str, Any] = {"rank": rank, "clusters": clusters, "condition_number": condition_number}
    if spectrum is None:
        values = spectra(count, **options)
    else:
        if any(option is not None for option in options.values()):
            raise InvalidInput(f"a spectrum was given together with {options}; required: one or the other")
        values = st.just(_checked_spectrum(spectrum, count))
    return st.builds(from_spectrum, values, orthogonal(rows), orthogonal(columns))


def triples_by_angle(
    first: float | None = None, second: float | None = None, *, max_side: int = 4
) -> st.SearchStrategy[dict[str, Any]]:
    """Triples for the readings of the triple product bound: matrices ``A``, ``B``, ``C`` and ranks ``r1``, ``r2``.

    **Parameters.** ``first``: the angle in degrees, 0 to 90, between u₁(B) and the top r1 right singular vectors of A;
    ``second``: that between v₁(B) and the top r2 left singular vectors of C; None for any, right angles and zero among
    them. ``max_side``: of any matrix, at least 2.
    **Returns.** Values for ``domain.instance``. Singular values at the cuts r1, 1 and r2 are apart by at least 0.1, so
    both angles are defined; they are met up to rounding.
    **Raises.** :class:`InvalidInput` for an angle out of range, or a side too small to hold one.

    >>> from specbound import catalog
    >>> @hypothesis.settings(max_examples=5)
    ... @hypothesis.given(triples_by_angle(first=45.0))
    ... def test(values):
    ...     x = catalog()["triple_gap"].domain.instance(values)
    ...     assert not catalog()["triple_gap"].is_violated_on(x)
    >>> test()
    """
    for name, angle in (("first", first), ("second", second)):
        if angle is not None and not 0 <= _real(name, angle) <= 90:
            raise InvalidInput(f"{name} = {angle}; required: an angle of 0 to 90 degrees")
    if _size("max_side", max_side) < 2:
        raise InvalidInput(f"max_side = {max_side}; required: at least 2, below which there are no angles")
    return _triples(first, second, max_side)


def instances(statement: Statement) -> st.SearchStrategy[Instance]:
    """Instances on which the statement makes its claim, in float64, from its recipes.

    >>> from specbound import catalog
    >>> x = hypothesis.find(instances(catalog()["weyl_sum"]), lambda x: x.A.shape[0] > 1)
    >>> x.A.shape == x.B.shape
    True
    """
    drawn = [
        values_of(recipe).map(lambda values, recipe=recipe: recipe.build(values, None))
        for recipe in recipes_of(statement)
    ]
    return st.one_of(*drawn).filter(lambda instance: bool(statement.admits(instance)))


def values_of(recipe: Recipe) -> st.SearchStrategy[Values]:
    """The numbers of a recipe: integers in their ranges, reals as :func:`reals` draws them."""

    @st.composite
    def draw_values(draw: Draw) -> Values:
        values: Values = {}
        for integer in recipe.integers:
            high = integer.high(values)
            hypothesis.assume(high >= integer.low)
            values[integer.name] = draw(st.integers(integer.low, high))
        for real in recipe.reals:
            shape = real.shape(values)
            count = prod(shape)
            numbers = draw(st.lists(reals(real.low, real.high), min_size=count, max_size=count))
            values[real.name] = np.array(numbers, dtype=float).reshape(shape)
        return values

    return draw_values()


def _of_rank(count: int, rank: int) -> st.SearchStrategy[Matrix]:
    rank = _integer("rank", rank)
    if not 0 <= rank <= count:
        raise InvalidInput(f"rank = {rank}; required: 0 to {count}, the number of singular values")
    nonzero = st.lists(reals(LEAST, 1.0), min_size=rank, max_size=rank)
    return _descending(nonzero.map(lambda values: [*values, *[0.0] * (count - rank)]))


def _clustered(count: int, clusters: int) -> st.SearchStrategy[Matrix]:
    clusters = _integer("clusters", clusters)
    most = min(count, round(1 / LEAST))
    if not 1 <= clusters <= most:
        raise InvalidInput(f"clusters = {clusters}; required: 1 to {most}, of {count} singular values")
    steps = st.integers(0, round(1 / LEAST))
    values = st.lists(steps, min_size=clusters, max_size=clusters, unique=True)
    spare = st.lists(st.integers(0, clusters - 1), min_size=count - clusters, max_size=count - clusters)
    return _descending(st.builds(lambda v, s: [LEAST * v[k] for k in (*range(clusters), *s)], values, spare))


def _graded(count: int, condition_number: float) -> st.SearchStrategy[Matrix]:
    condition_number = _real("condition_number", condition_number)
    if not (isfinite(condition_number) and condition_number >= 1) or (count == 1 and condition_number != 1):
        raise InvalidInput(
            f"condition_number = {condition_number}; required: a finite number of at least 1, and 1 for a single value"
        )
    between = st.lists(reals(0.0, 1.0), min_size=max(count - 2, 0), max_size=max(count - 2, 0))
    ends = [0.0, 1.0][:count]
    return _descending(between.map(lambda exponents: [condition_number**-e for e in (*ends, *exponents)]))


def _descending(values: st.SearchStrategy[list[float]]) -> st.SearchStrategy[Matrix]:
    return values.map(lambda found: -np.sort(-np.array(found, dtype=float)))


@st.composite
def _triples(draw: Draw, first: float | None, second: float | None, max_side: int) -> dict[str, Any]:
    # An angle other than 0 needs a direction outside the subspace, so the inner sides are at least 2.
    m, q = draw(st.integers(1, max_side)), draw(st.integers(1, max_side))
    n, p = draw(st.integers(2, max_side)), draw(st.integers(2, max_side))
    r1, r2 = draw(st.integers(1, min(m, n - 1))), draw(st.integers(1, min(q, p - 1)))
    u, v = draw(orthogonal(n)), draw(orthogonal(p))
    rest = draw(_descending(st.lists(reals(0.0, 0.9), min_size=min(n, p) - 1, max_size=min(n, p) - 1)))
    b = from_spectrum(np.append(1.0, rest), u, v)
    a = draw(_facing(u, m, r1, first))
    c = draw(_facing(v, q, r2, second))
    return {"A": a, "B": b, "C": c.T, "r1": r1, "r2": r2}


@st.composite
def _facing(draw: Draw, axes: Matrix, rows: int, rank: int, angle: float | None) -> Matrix:
    """A matrix whose top ``rank`` right singular vectors span a subspace at that angle to the first of the axes."""
    size = axes.shape[0]
    # Either side of the first axis: two angles can add up, or cancel.
    sign = draw(st.sampled_from([1.0, -1.0]))
    degrees = draw(st.sampled_from([0.0, 90.0]) | reals(0.0, 90.0)) if angle is None else angle
    radians = sign * np.deg2rad(degrees)
    turned = axes.copy()
    turned[:, 0] = np.cos(radians) * axes[:, 0] + np.sin(radians) * axes[:, rank]
    turned[:, rank] = np.cos(radians) * axes[:, rank] - np.sin(radians) * axes[:, 0]
    inside, outside = draw(orthogonal(rank)), draw(orthogonal(size - rank))
    right = np.hstack([turned[:, :rank] @ inside, turned[:, rank:] @ outside])
    above = draw(st.lists(reals(0.6, 1.0), min_size=rank, max_size=rank))
    below = draw(st.lists(reals(0.0, 0.5), min_size=min(rows, size) - rank, max_size=min(rows, size) - rank))
    return from_spectrum(np.array([*above, *below]), draw(orthogonal(rows)), right)


def _checked_spectrum(spectrum: Sequence[float], count: int) -> Matrix:
    values = np.array([_real("spectrum", value) for value in spectrum])
    if values.shape != (count,) or not bool(np.all(np.isfinite(values) & (values >= 0))):
        raise InvalidInput(f"spectrum = {spectrum!r}; required: {count} finite numbers of at least 0")
    return -np.sort(-values)


def _size(name: str, value: Any) -> int:
    size = _integer(name, value)
    if size < 1:
        raise InvalidInput(f"{name} = {value!r}; required: at least 1")
    return size


def _integer(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InvalidInput(f"{name} = {value!r}; required: an integer")
    return int(value)


def _real(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise InvalidInput(f"{name} = {value!r}; required: a real number")
    return float(value)
