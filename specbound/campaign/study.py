"""A study: a declared grid, what is predicted and what is measured in one cell of it, and what would be a surprise."""

from __future__ import annotations

import copy
import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specbound.campaign.cell import Cell
from specbound.campaign.plain import content_hash, plain
from specbound.campaign.sources import files_behind, refuse_edited
from specbound.core.errors import InvalidInput, unknown_name
from specbound.core.provenance import Source

if TYPE_CHECKING:
    from rich.console import Console

    from specbound.campaign.reading import Record

GIVEN = ("seed", "device")
"""What a run gives to every cell beside its place in the grid."""

LARGEST_SEED = 2**32 - 1
"""What every generator takes for a seed."""

COLUMNS = ("study", "cell", "status", "stale", "error", "attempts", "seconds", "run", "source")
"""Names that the table of records uses, so that no axis may."""

Finding = Callable[..., Mapping[str, Any]]


@dataclass(frozen=True)
class Grid:
    """Every combination of the values of named axes, each for ``seeds`` seeds: the run's own and its successors.

    A value is plain data: a number, a string, a boolean, None, or a list or mapping of them.
    """

    axes: Mapping[str, Sequence[Any]]
    seeds: int = 1

    def __post_init__(self) -> None:
        for name, values in self.axes.items():
            if type(name) is not str or not name.isidentifier() or name in (*GIVEN, *COLUMNS):
                taken = f"an identifier other than {', '.join((*GIVEN, *COLUMNS))}"
                raise InvalidInput(f"axis {name!r}; required: {taken}")
            if isinstance(values, str | bytes) or not isinstance(values, Sequence | range):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidInput(
                    f"axis {name} is {values!r}; required: a list of values, also for one (of an array: .tolist())"
                )
            if not values:
                raise InvalidInput(f"axis {name} has no values, so the grid would be empty; give at least one")
        if type(self.seeds) is not int or self.seeds < 1:
            raise InvalidInput(f"seeds = {self.seeds!r}; required: a whole number, at least 1")
        # A copy, so that what is declared stays as it was checked.
        object.__setattr__(self, "axes", {name: tuple(values) for name, values in self.axes.items()})

    def points(self) -> Iterator[dict[str, Any]]:
        """The combinations, the last axis running fastest."""
        for values in itertools.product(*self.axes.values()):
            yield {name: plain(value, name) for name, value in zip(self.axes, values, strict=True)}


@dataclass(frozen=True)
class Study:
    """A declared grid for each budget, and pure functions of one cell.

    ``predict`` and ``measure`` are called with the axes by name, ``seed``, and ``device`` if they ask for it;
    ``measure`` takes every axis, ``predict`` those that the prediction depends on. Both give a mapping of names to
    plain data, not empty; a NumPy array among the measured values is stored beside the records. All predictions of a
    run are on disk before its first measurement begins, and neither function sees what the other gave.
    ``surprises`` judges the records of one run: a line for whatever was not predicted. ``show`` prints what a
    reader wants to see of them. ``rests_on``: files and folders of Python source, relative to the file of ``measure``,
    that results depend on although the study does not import them by a statement.
    """

    name: str
    grids: Mapping[str, Grid | Sequence[Grid]]
    predict: Finding
    measure: Finding
    surprises: Callable[[Sequence[Record]], Sequence[str]]
    show: Callable[[Sequence[Record], Console], None] | None = None
    rests_on: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise InvalidInput(f"study name {self.name!r}; required: an identifier, as it becomes the name of a folder")
        refuse_edited(self.source().files)
        if not self.grids:
            raise InvalidInput(f"study {self.name} declares no grid; give at least one, by the name of a budget")
        if self.show is not None and len(inspect.signature(self.show).parameters) != 2:
            raise InvalidInput(
                f"study {self.name}: show takes {inspect.signature(self.show)}; required: records, console"
            )
        for budget in self.grids:
            for grid in self._grids(budget):
                self._refuse_other_axes(budget, grid)

    def cells(self, budget: str, seed: int, device: str, source: Source) -> list[Cell]:
        """The cells of a budget in the order of its grids, each once.

        **Raises.** :class:`InvalidInput` for an unknown budget, or a seed that is no whole number from 0 up.
        """
        if budget not in self.grids:
            raise unknown_name(f"budget of the study {self.name}", budget, self.grids)
        if type(seed) is not int or not 0 <= seed <= LARGEST_SEED:
            raise InvalidInput(f"seed {seed!r}; required: a whole number from 0 to {LARGEST_SEED}")
        asks_for_device = "device" in _parameters(self.measure)
        cells: dict[str, Cell] = {}
        for grid in self._grids(budget):
            for point, offset in itertools.product(list(grid.points()), range(grid.seeds)):
                parameters = {**point, "device": device} if asks_for_device else point
                cell = self._cell(parameters, seed + offset, source)
                cells[cell.id] = cell
        return list(cells.values())

    def source(self) -> Source:
        """The source that results rest on, as it is now: this package, the files of its functions, what they import."""
        return Source(files={**files_behind(self.predict), **files_behind(self.measure, self.rests_on)})

    def _cell(self, parameters: Mapping[str, Any], seed: int, source: Source) -> Cell:
        content = {
            "study": self.name,
            "functions": [self.predict.__qualname__, self.measure.__qualname__],
            "parameters": parameters,
            "seed": seed,
            "source": {"package": source.package, "files": source.files},
        }
        return Cell(content_hash(content), parameters, seed)

    def _grids(self, budget: str) -> Sequence[Grid]:
        given = self.grids[budget]
        return [given] if isinstance(given, Grid) else given

    def _refuse_other_axes(self, budget: str, grid: Grid) -> None:
        measured, predicted = _parameters(self.measure), _parameters(self.predict)
        for name in grid.axes:
            if name not in measured:
                raise unknown_name(f"axis of the {budget} grid of {self.name}, as measure takes it:", name, measured)
        if grid.seeds > 1 and "seed" not in measured:
            raise InvalidInput(f"{self.name}: {grid.seeds} seeds in the {budget} grid, but measure does not take seed")
        for function, names, given in (("measure", measured, GIVEN), ("predict", predicted, measured)):
            known = list(dict.fromkeys((*grid.axes, *given)))
            for name in names:
                if name not in known:
                    raise InvalidInput(
                        f"{self.name}: {function} takes {name}; the {budget} grid gives it {', '.join(known)}"
                    )


def arguments_of(function: Finding, cell: Cell) -> dict[str, Any]:
    """The arguments that a study's function takes, from a cell."""
    # A copy: what a cell does to its arguments must not reach others.
    given = {**copy.deepcopy(dict(cell.parameters)), "seed": cell.seed}
    return {name: given[name] for name in _parameters(function)}


def _parameters(function: Finding) -> list[str]:
    found = inspect.signature(function).parameters.values()
    for parameter in found:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise InvalidInput(f"{function.__qualname__} takes {parameter}; required: each axis by its name")
        if parameter.default is not parameter.empty:
            raise InvalidInput(
                f"{function.__qualname__} has a default for {parameter.name}; give its values in the grid"
            )
    return [parameter.name for parameter in found]
