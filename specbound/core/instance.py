"""The matrices and indices that a statement speaks of, and one concrete choice of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite, prod
from numbers import Real
from typing import Any

from array_api_compat import array_namespace

from specbound.core.errors import InvalidInput
from specbound.numeric.arrays import ArrayOps
from specbound.numeric.ops import Array, Ops

Sizes = Mapping[str, Any]

ONE = "1"
"""The size of a side that is 1: a column has shape ``("n", "1")``."""

TIMES = "*"
"""What stands between the factors of a side that is a product: ``("c", "n*n")`` acts on ``v ⊗ w``."""


@dataclass(frozen=True)
class Index:
    """An integer that a statement is quantified over: from ``low`` to ``high(sizes)``, both included.

    ``high`` finds the indices declared before this one among the sizes.
    """

    low: int
    high: Callable[[Sizes], Any]


@dataclass(frozen=True)
class Number:
    """A positive real that a statement is quantified over: at least ``low``; searches draw it from ``searched``."""

    low: float
    searched: tuple[float, float]

    def __post_init__(self) -> None:
        least, most = self.searched
        if not (0 <= self.low <= least <= most and least > 0 and isfinite(most)):
            raise InvalidInput(f"{self}; required: 0 <= low <= searched[0] <= searched[1], searched positive, finite")

    def admits(self, value: Any) -> bool:
        """Whether this is one of the numbers quantified over."""
        return isfinite(value) and value > 0 and value >= self.low


@dataclass(frozen=True)
class Instance:
    """One choice of matrices, indices and numbers: ``instance.A``, ``instance.r1``, and ``instance.ops``.

    Matrices have shape ``(..., rows, columns)``; leading axes are a batch that shares the indices, and each instance
    of which has numbers of its own.
    """

    ops: Ops
    values: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        values = self.__dict__.get("values", {})
        if name not in values:
            raise AttributeError(f"this instance has {', '.join(values)}; no {name!r}")
        return values[name]


@dataclass(frozen=True)
class Domain:
    """What a statement is quantified over: named matrices with symbolic shapes, indices, and positive numbers.

    ``matrices={"A": ("m", "n"), "B": ("n", "p")}`` says that ``A`` has as many columns as ``B`` has rows. The size
    ``"1"`` is 1, and ``"n*n"`` is a product of sizes that other sides have.
    """

    matrices: Mapping[str, tuple[str, str]]
    indices: Mapping[str, Index] = field(default_factory=dict[str, Index])
    numbers: Mapping[str, Number] = field(default_factory=dict[str, Number])

    def __post_init__(self) -> None:
        if not self.matrices:
            raise InvalidInput("a domain without matrices; required: at least one, for example {'A': ('m', 'n')}")
        for name, shape in self.matrices.items():
            if not isinstance(shape, tuple) or len(shape) != 2:  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidInput(f"{name} has shape {shape}; required: two sizes, for example ('m', 'n')")
            if not all(isinstance(size, str) for size in shape):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidInput(
                    f"{name} has shape {shape}; required: names of sizes; a fixed size goes into a recipe"
                )
        alone = {size for shape in self.matrices.values() for size in shape if TIMES not in size}
        for size in self.dimensions:
            if size not in alone:
                raise InvalidInput(f"the size {size!r} occurs in products alone; required: a side of that size")
        for name, number in self.numbers.items():
            if name in (*self.matrices, *self.indices, *self.dimensions, "ops", "values"):
                raise InvalidInput(f"the number {name!r} is also the name of something else; give it another")
            if not isinstance(number, Number):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidInput(f"the number {name!r} is {number!r}; required: Number(low, searched)")
        known = dict.fromkeys(self.dimensions, 4)
        for name, index in self.indices.items():
            if name in self.matrices or name in self.dimensions or name in ("ops", "values"):
                raise InvalidInput(f"the index {name!r} is also the name of a matrix or a size; give it another")
            if not isinstance(index, Index):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidInput(f"the index {name!r} is {index!r}; required: Index(low, high), high of the sizes")
            try:
                high = index.high(known)
            except Exception as error:
                raise InvalidInput(
                    f"the highest {name!r} cannot be computed from {', '.join(known)}: {type(error).__name__}: {error}"
                ) from error
            if not isinstance(high, int):
                raise InvalidInput(f"the highest {name!r} is {high!r} at size 4; required: an integer")
            known[name] = index.low

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of the sizes, in order of appearance."""
        sides = [side for shape in self.matrices.values() for side in shape]
        sizes = dict.fromkeys(size for side in sides for size in side.split(TIMES))
        return tuple(size for size in sizes if size != ONE)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of what is no matrix: indices, then numbers."""
        return (*self.indices, *self.numbers)

    def shape(self, matrix: str, sizes: Sizes) -> tuple[Any, Any]:
        """The shape of a matrix at these sizes."""
        rows, columns = (_length(side, sizes) for side in self.matrices[matrix])
        return rows, columns

    def sizes(self, matrices: Mapping[str, Array]) -> dict[str, int]:
        """The sizes that these matrices give; raises :class:`InvalidInput` where they do not fit together."""
        found: dict[str, int] = {}
        for name, shape in self.matrices.items():
            received = tuple(matrices[name].shape)
            if len(received) < 2 or 0 in received:
                raise InvalidInput(f"{name} has shape {received}; required: a matrix with at least one entry")
            found |= {
                side: length for side, length in zip(shape, received[-2:], strict=True) if side in self.dimensions
            }
        if any(tuple(matrices[name].shape[-2:]) != self.shape(name, found) for name in self.matrices):
            shapes = ", ".join(f"{k} {tuple(v.shape)}" for k, v in matrices.items())
            required = ", ".join(f"{k} ({r}, {c})" for k, (r, c) in self.matrices.items())
            raise InvalidInput(f"the shapes {shapes} do not fit together; required: {required}")
        return found

    def instance(self, values: Mapping[str, Any], ops: Ops | None = None) -> Instance:
        """An instance from matrices (arrays), indices and numbers, after checking names, shapes, entries and ranges.

        **Raises.** :class:`InvalidInput` for missing or unknown names, shapes that do not fit, entries that are not
        finite, an index or a number out of range.
        """
        self._check_names(values)
        matrices = {name: values[name] for name in self.matrices}
        sizes = self.sizes(matrices)
        for name, matrix in matrices.items():
            if not _all_finite(matrix):
                raise InvalidInput(f"{name} has entries that are NaN or infinite; required: finite entries")
        self._check_parameters(values, sizes)
        return Instance(ops or ArrayOps.of(next(iter(matrices.values()))), dict(values))

    def converted(
        self, values: Mapping[str, Any], convert: Callable[[Any], Any], number: Callable[[Any], Any], ops: Ops
    ) -> Instance:
        """An instance in another number system, after the same checks.

        ``convert`` makes a matrix of that system, ``number`` a number.

        **Raises.** :class:`InvalidInput` as :meth:`instance`, and where ``convert`` raises ``TypeError``,
        ``ValueError`` or ``RuntimeError``.
        """
        self._check_names(values)
        try:
            matrices = {name: convert(values[name]) for name in self.matrices}
        except (RuntimeError, TypeError, ValueError) as error:
            raise InvalidInput(f"a matrix cannot be read exactly: {error}") from error
        self._check_parameters(values, self.sizes(matrices))
        numbers = {name: number(values[name]) for name in self.numbers}
        return Instance(ops, {**matrices, **{name: values[name] for name in self.indices}, **numbers})

    def _check_names(self, values: Mapping[str, Any]) -> None:
        """Raises :class:`InvalidInput` unless there is a value for each matrix, index and number, and nothing else."""
        required = {*self.matrices, *self.parameters}
        if set(values) != required:
            raise InvalidInput(f"received values for {sorted(values)}; required: exactly {sorted(required)}")

    def _check_parameters(self, values: Mapping[str, Any], sizes: Sizes) -> None:
        """Raises :class:`InvalidInput` for an index that is no integer of its range, or a number out of its own."""
        known = dict(sizes)
        for name, index in self.indices.items():
            high = index.high(known)
            if not isinstance(values[name], int) or not index.low <= values[name] <= high:
                raise InvalidInput(f"{name} = {values[name]}; required: {index.low} to {high} at sizes {sizes}")
            known[name] = values[name]
        for name, number in self.numbers.items():
            value: Any = values[name]
            plain = value.item() if getattr(value, "ndim", None) == 0 else value
            if not isinstance(plain, Real) or not number.admits(plain):
                raise InvalidInput(f"{name} = {values[name]!r}; required: a positive real of at least {number.low}")


def _length(side: str, sizes: Sizes) -> Any:
    return prod(1 if size == ONE else sizes[size] for size in side.split(TIMES))


def _all_finite(matrix: Array) -> bool:
    xp: Any = array_namespace(matrix)
    return bool(xp.all(xp.isfinite(matrix)))
