"""Studies of scenes, in each of which one number is predicted to lie within an interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from rich.console import Console

from specbound.campaign import Record, measured_in
from verify.intervals import interval
from verify.tables import SPREAD, table


@dataclass(frozen=True)
class Expected:
    """Between what a measured number is predicted to lie."""

    low: float
    high: float

    @classmethod
    def near(cls, value: float, relative: float) -> Expected:
        return cls(*sorted((value * (1 - relative), value * (1 + relative))))

    def to_json(self) -> dict[str, Any]:
        """As plain data; an end above that there is not is None."""
        return {"low": self.low, "high": None if self.high == inf else self.high}

    @classmethod
    def of(cls, record: Record) -> Expected:
        """What was predicted in a cell."""
        low, high = record.prediction["low"], record.prediction["high"]
        return cls(low, inf if high is None else high)

    def holds(self, record: Record) -> bool:
        """Whether the number that was measured lies there."""
        return self.low <= record.measurement["value"] <= self.high

    def __str__(self) -> str:
        return f"at least {self.low:.6g}" if self.high == inf else f"{self.low:.6g} to {self.high:.6g}"


def elsewhere(records: Sequence[Record], numbers: Mapping[str, str]) -> list[str]:
    """Numbers that lie elsewhere than predicted. ``numbers``: what each scene's is called."""
    found: list[str] = []
    for record in measured_in(records):
        expected = Expected.of(record)
        if not expected.holds(record):
            number = numbers[record.parameters["scene"]]
            found.append(f"{record}: {number}: {record.measurement['value']:.6g}; predicted {expected}")
    return found


def show_scenes(
    records: Sequence[Record], console: Console, title: str, names: Mapping[str, str], axis: str, places: Sequence[str]
) -> None:
    """Prints each scene's number in every place of an axis, and in how many cells it is where it was predicted."""
    done = measured_in(records)
    shown = table(f"{title}: measured{SPREAD}", ["α", *places, "as predicted"])
    for scene, alpha in dict.fromkeys((r.parameters["scene"], r.parameters["alpha"]) for r in done):
        mine = [r for r in done if (r.parameters["scene"], r.parameters["alpha"]) == (scene, alpha)]
        cells = ([r.measurement["value"] for r in mine if r.parameters[axis] == place] for place in places)
        held = sum(Expected.of(r).holds(r) for r in mine)
        shown.add_row(
            names[scene], f"{alpha:.0e}", *(interval(cell, ".3g") for cell in cells), f"{held} of {len(mine)}"
        )
    console.print(shown)
