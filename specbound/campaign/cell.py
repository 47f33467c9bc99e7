"""One place of a study's grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cell:
    """A place of a grid: its parameters, its seed, and the identity that both have together with study and source."""

    id: str
    parameters: Mapping[str, Any]
    seed: int

    def __str__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in {**self.parameters, "seed": self.seed}.items())
