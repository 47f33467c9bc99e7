"""All figures of a results folder, each with the data and the table beside it, and an index of them for a report."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import matplotlib as mpl

from figures.exhibit import Exhibit
from figures.loading import studies_in
from figures.rows import comma_separated
from figures.style import COLUMN, FULL, SETTINGS, pictures
from figures.tabular import tabular
from specbound.core.errors import InvalidInput
from specbound.core.provenance import write_atomically
from specbound.report.pictures import INDEX
from specbound.report.stored import FORMAT
from specbound.report.summary import hash_of_results

WIDTHS = {"": FULL, "_column": COLUMN}
"""By what a file's name ends in."""


@dataclass(frozen=True)
class Drawn:
    """``written``: the files, the index last; ``missing``: of each figure that could not be drawn, why."""

    written: list[Path]
    missing: Mapping[str, str]


def exhibits() -> list[Exhibit]:
    """Every figure: a file here that declares ``exhibit``."""
    names = [entry.name for entry in pkgutil.iter_modules([str(Path(__file__).parent)]) if entry.name != "__main__"]
    modules = {name: import_module(f"figures.{name}") for name in names}
    return [
        replace(module.exhibit, name=name, document=module.__doc__ or "")
        for name, module in modules.items()
        if hasattr(module, "exhibit")
    ]


def draw_all(results: Path, out: Path) -> Drawn:
    """Draws every figure whose study the results folder holds; one that cannot be drawn costs no other.

    **Raises.** :class:`~specbound.core.errors.InvalidInput` where the folder holds no results.
    """
    held = studies_in(results)
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    figures: list[dict[str, Any]] = []
    missing: dict[str, str] = {}
    for exhibit in (found for found in exhibits() if found.study in held):
        try:
            source = hash_of_results(results, exhibit.study)
            contents = _contents(exhibit, results, source)
        except InvalidInput as error:
            missing[exhibit.name] = str(error)
            continue
        except Exception as error:
            missing[exhibit.name] = f"{exhibit.study}'s records are not what it reads: {type(error).__name__}: {error}"
            continue
        written += [_write(out / name, content) for name, content in contents.items()]
        told = {"name": exhibit.name, "study": exhibit.study, "title": exhibit.title, "caption": exhibit.caption}
        figures.append({**told, "source": source, "files": list(contents)})
    index = {"format": FORMAT, "figures": figures, "not drawn": missing}
    written.append(_write(out / INDEX, json.dumps(index, indent=1, ensure_ascii=False) + "\n"))
    return Drawn(written, missing)


def _contents(exhibit: Exhibit, results: Path, source: str) -> dict[str, bytes | str]:
    """What is to be written for a figure, by file name."""
    rows = exhibit.rows(results)
    found: dict[str, bytes | str] = {}
    for suffix, width in WIDTHS.items():
        with mpl.rc_context(SETTINGS):
            drawn = pictures(exhibit.draw(rows, width), source)
        found |= {f"{exhibit.name}{suffix}.{ending}": content for ending, content in drawn.items()}
    found[f"{exhibit.name}.csv"] = comma_separated(rows)
    if exhibit.table:
        found[f"{exhibit.name}.tex"] = tabular(exhibit.table(results), source)
    return found


def _write(path: Path, content: bytes | str) -> Path:
    write_atomically(path, content)
    return path
