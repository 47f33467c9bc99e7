"""All figures of a results folder: a figure is a file here that says which study it shows and how to draw it."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

from specbound.campaign import read


def draw_all(results: Path, out: Path) -> list[Path]:
    """Draws every figure whose study the results folder holds; gives the files written.

    **Raises.** :class:`~specbound.core.errors.InvalidInput` where the folder holds no results, or a figure
    would be empty.
    """
    held = {record.study for record in read(results)}
    names = [entry.name for entry in pkgutil.iter_modules([str(Path(__file__).parent)]) if entry.name != "__main__"]
    modules = [import_module(f"figures.{name}") for name in names]
    return [path for module in modules if getattr(module, "STUDY", None) in held for path in module.draw(results, out)]
