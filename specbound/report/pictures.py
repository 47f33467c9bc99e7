"""The figures of a results folder, as their index lists them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specbound.core.errors import InvalidInput
from specbound.report.stored import read_stored

FOLDER, INDEX = "figures", "index.json"

TEXTS = ("name", "study", "title", "caption", "source")


@dataclass(frozen=True)
class Picture:
    """A figure: what it shows, the hash of the records it was drawn from, and its files."""

    name: str
    study: str
    title: str
    caption: str
    source: str
    files: tuple[Path, ...]

    def file(self, ending: str) -> Path | None:
        """The file of the figure's name with this ending, such as ``.png`` or ``_column.png``."""
        return next((path for path in self.files if path.name == self.name + ending), None)


def pictures(results: Path) -> tuple[list[Picture], dict[str, str]]:
    """The figures of a results folder, and for those that were not drawn, why.

    **Raises.** :class:`InvalidInput` where there is no index, or one that cannot be read.
    """
    path = results / FOLDER / INDEX
    again = f"run `python -m figures {results} --out {path.parent}` again"
    found = read_stored(path, {"figures": list, "not drawn": dict}, again)
    return [_picture(path, row) for row in found["figures"]], found["not drawn"]


def _picture(index: Path, row: Any) -> Picture:
    if type(row) is not dict:
        raise InvalidInput(f"{index} has the figure {row!r}; required: an object with its texts and files")
    named = f"{index}, figure {row.get('name', '?')}"
    if set(row) != {*TEXTS, "files"} or any(type(row[key]) is not str for key in TEXTS):
        raise InvalidInput(f"{named} has {', '.join(row)}; required: the texts {', '.join(TEXTS)}, and files")
    files = row["files"]
    if type(files) is not list or any(type(name) is not str or Path(name).name != name for name in files):
        raise InvalidInput(f"{named}: its files are {files!r}; required: names of files beside the index")
    return Picture(**{key: row[key] for key in TEXTS}, files=tuple(index.parent / name for name in files))
