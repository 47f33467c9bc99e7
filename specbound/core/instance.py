"""The matrices and indices that a statement speaks of, and one concrete choice of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from array_api_compat import array_namespace

from specbound.core.errors import InvalidInput
from specbound.numeric.arrays import ArrayOps
from specbound.numeric.ops import Array, Ops

Sizes = Mapping[str, Any]


@dataclass(frozen=True)
class Index:
    """An integer that a statement is quantified over: from ``low`` to ``high(sizes)``, both included.

    ``high`` finds the indices declared before this one among the sizes.
    """

    low: int
    high: Callable[[Sizes], Any]


@dataclass(frozen=True)
class Instance:
    """One choice of matrices and indices: ``instance.A``, ``instance.r1``, and ``instance.ops`` to compute with.

    Matrices have shape ``(..., rows, columns)``; leading axes are a batch that shares the indices.
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
    """What a statement is quantified over: named matrices with symbolic shapes, and indices.

    ``matrices={"A": ("m", "n"), "B": ("n", "p")}`` says that ``A`` has as many columns as ``B`` has rows.
    """

    matrices: Mapping[str, tuple[str, str]]
    indices: Mapping[str, Index] = field(default_factory=dict[str, Index])

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
        return tuple(dict.fromkeys(size for shape in self.matrices.values() for size in shape))

    def sizes(self, matrices: Mapping[str, Array]) -> dict[str, int]:
        """The sizes that these matrices give; raises :class:`InvalidInput` where they do not fit together."""
        found: dict[str, int] = {}
        for name, shape in self.matrices.items():
            received = tuple(matrices[name].shape)
            if len(received) < 2 or 0 in received:
                raise InvalidInput(f"{name} has shape {received}; required: a matrix with at least one entry")
            for size, length in zip(shape, received[-2:], strict=True):
                if found.setdefault(size, length) != length:
                    shapes = ", ".join(f"{k} {tuple(v.shape)}" for k, v in matrices.items())
                    required = ", ".join(f"{k} ({r}, {c})" for k, (r, c) in self.matrices.items())
                    raise InvalidInput(f"the shapes {shapes} do not fit together; required: {required}")
        return found

    def instance(self, values: Mapping[str, Any], ops: Ops | None = None) -> Instance:
        """An instance from matrices (arrays) and indices, after checking names, shapes, entries and ranges.

        **Raises.** :class:`InvalidInput` for missing or unknown names, shapes that do not fit, entries that are not
        finite, an index out of range.
        """
        self._check_names(values)
        matrices = {name: values[name] for name in self.matrices}
        sizes = self.sizes(matrices)
        for name, matrix in matrices.items():
            if not _all_finite(matrix):
                raise InvalidInput(f"{name} has entries that are NaN or infinite; required: finite entries")
        self._check_indices(values, sizes)
        return Instance(ops or ArrayOps.of(next(iter(matrices.values()))), dict(values))

    def converted(self, values: Mapping[str, Any], convert: Callable[[Any], Any], ops: Ops) -> Instance:
        """An instance in another number system, after the same checks; ``convert`` makes a matrix of that system.

        **Raises.** :class:`InvalidInput` as :meth:`instance`, and where ``convert`` raises ``TypeError``,
        ``ValueError`` or ``RuntimeError``.
        """
        self._check_names(values)
        try:
            matrices = {name: convert(values[name]) for name in self.matrices}
        except (RuntimeError, TypeError, ValueError) as error:
            raise InvalidInput(f"a matrix cannot be read exactly: {error}") from error
        self._check_indices(values, self.sizes(matrices))
        return Instance(ops, {**matrices, **{name: values[name] for name in self.indices}})

    def _check_names(self, values: Mapping[str, Any]) -> None:
        """Raises :class:`InvalidInput` unless there is a value for each matrix and index, and for nothing else."""
        required = {*self.matrices, *self.indices}
        if set(values) != required:
            raise InvalidInput(f"received values for {sorted(values)}; required: exactly {sorted(required)}")

    def _check_indices(self, values: Mapping[str, Any], sizes: Sizes) -> None:
        """Raises :class:`InvalidInput` for an index that is no integer of its range."""
        known = dict(sizes)
        for name, index in self.indices.items():
            high = index.high(known)
            if not isinstance(values[name], int) or not index.low <= values[name] <= high:
                raise InvalidInput(f"{name} = {values[name]}; required: {index.low} to {high} at sizes {sizes}")
            known[name] = values[name]


def _all_finite(matrix: Array) -> bool:
    xp: Any = array_namespace(matrix)
    return bool(xp.all(xp.isfinite(matrix)))
