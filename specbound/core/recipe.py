"""A recipe builds an instance from a few bounded numbers that fit on one line of JSON.

A property test shrinks those numbers, a search optimises them, a counterexample is stored as them. Integers (sizes,
indices, each bounded by the ones before it) are shared by a batch; reals (entries, spectra, angles) are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from specbound.core.errors import InvalidInput
from specbound.core.instance import Instance
from specbound.numeric.ops import Array, Ops

Values = dict[str, Any]


def uniform(generator: np.random.Generator, low: float, high: float, shape: Sequence[int]) -> Array:
    """Uniform reals in ``[low, high]``: how a field is drawn unless it says otherwise."""
    return generator.uniform(low, high, size=tuple(shape))


@dataclass(frozen=True)
class Integer:
    """An integer from ``low`` to ``high(values so far)``, both included."""

    name: str
    low: int
    high: Callable[[Mapping[str, Any]], int]


@dataclass(frozen=True)
class Reals:
    """An array of reals in ``[low, high]`` whose shape follows from the integers."""

    name: str
    shape: Callable[[Mapping[str, Any]], tuple[int, ...]]
    low: float
    high: float
    draw: Callable[[np.random.Generator, float, float, Sequence[int]], Array] = uniform


@dataclass(frozen=True)
class Recipe:
    """Named integers and reals, and how an instance is built from them in any number system."""

    name: str
    integers: tuple[Integer, ...]
    reals: tuple[Reals, ...]
    build: Callable[[Mapping[str, Any], Ops | None], Instance]

    def draw_integers(self, generator: np.random.Generator) -> Values:
        """One draw of all integers, each uniform in its range; sizes that leave a later range empty are drawn again.

        **Raises.** :class:`InvalidInput` where a thousand draws leave one empty.
        """
        for _ in range(1000):
            values: Values = {}
            for item in self.integers:
                high = item.high(values)
                if high < item.low:
                    break
                values[item.name] = int(generator.integers(item.low, high + 1))
            else:
                return values
        raise InvalidInput(f"recipe {self.name}: no sizes were found at which every index has a value; widen its range")

    def draw_reals(self, generator: np.random.Generator, integers: Values, batch: Sequence[int] = ()) -> Values:
        """A batch of draws of all reals at these integers: float64 arrays of shape ``(*batch, *shape)``."""
        return {
            item.name: item.draw(generator, item.low, item.high, (*batch, *item.shape(integers))) for item in self.reals
        }

    def to_json(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The numbers of one instance as plain data, with the recipe's name."""
        reals = {item.name: np.asarray(values[item.name], dtype=float).tolist() for item in self.reals}
        return {"recipe": self.name, **{item.name: int(values[item.name]) for item in self.integers}, **reals}

    def from_json(self, data: Mapping[str, Any]) -> Values:
        """The numbers that :meth:`to_json` wrote, checked.

        **Raises.** :class:`InvalidInput` for another recipe's data, unknown or missing names, wrong shapes, numbers
        out of bounds.
        """
        names = {"recipe", *(item.name for item in (*self.integers, *self.reals))}
        if set(data) != names or data["recipe"] != self.name:
            raise InvalidInput(f"received {sorted(data)}; required by recipe {self.name!r}: exactly {sorted(names)}")
        values: Values = {}
        for item in self.integers:
            values[item.name] = data[item.name]
            high = item.high(values)
            if not (isinstance(data[item.name], int) and item.low <= data[item.name] <= high):
                raise InvalidInput(f"{item.name} = {data[item.name]!r}; required: an integer from {item.low} to {high}")
        for item in self.reals:
            array = np.array(data[item.name], dtype=float)
            shape = item.shape(values)
            if array.shape != shape or not bool(np.all((array >= item.low) & (array <= item.high))):
                raise InvalidInput(
                    f"{item.name} = {data[item.name]!r}; required: reals of shape {shape} in [{item.low}, {item.high}]"
                )
            values[item.name] = array
        return values

    def smaller_integers(self, values: Values) -> Iterator[Values]:
        """Neighbours with one integer lowered (others clipped to their ranges) and the arrays cropped to fit."""
        for item in self.integers:
            for lower in range(item.low, values[item.name]):
                candidate: Values = {}
                for other in self.integers:
                    wanted = lower if other is item else values[other.name]
                    candidate[other.name] = min(wanted, other.high(candidate))
                if any(candidate[other.name] < other.low for other in self.integers):
                    continue
                for real in self.reals:
                    crop = tuple(slice(length) for length in real.shape(candidate))
                    candidate[real.name] = values[real.name][crop]
                yield candidate
