"""Which files a study's results rest on, beside this package."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from specbound.core.errors import InvalidInput
from specbound.core.provenance import PACKAGE, file_hashes


def files_behind(function: Callable[..., Any], more: Sequence[str] = ()) -> dict[str, str]:
    """Hashes of the function's file, of all that it imports from beside it, directly or not, and of ``more``.

    Import statements are followed without running them, those inside functions too, as far as they lead to files under
    the folder that the function's top-level package or module lies in; installed packages and this one are left out.
    What is imported by other means has to be named in ``more``: files, or folders for all Python files in them,
    relative to the function's file.
    """
    try:
        path = Path(inspect.getfile(function)).resolve(strict=True)
    except (TypeError, OSError) as error:
        raise InvalidInput(
            f"{function!r} is in no file, so its results could not be told from those of another version; "
            "define the study's functions in a Python file"
        ) from error
    named = [file for place in more for file in _python_files(path.parent / place)]
    return dict(sorted(file_hashes(*_closure(path, _root(function, path)), *named).items()))


def _root(function: Callable[..., Any], path: Path) -> Path:
    """The folder from which the function's module is imported: as far up as its full name has dots."""
    spec = getattr(sys.modules.get(function.__module__), "__spec__", None)
    name = spec.name if spec is not None else function.__module__
    return path.parents[name.count(".")]


def _closure(start: Path, root: Path) -> list[Path]:
    found: dict[Path, None] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path not in found and PACKAGE not in path.parents:
            found[path] = None
            for name in _imports(path, root):
                waiting += _files_of(name, root)
    return list(found)


def _imports(path: Path, root: Path) -> Iterator[list[str]]:
    """What the file imports: the parts of dotted names, among them some that name no module but what is in one."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = list(path.relative_to(root).parts[: -node.level]) if node.level else []
            base = above + (node.module.split(".") if node.module else [])
            yield from ([*base, alias.name] for alias in node.names)


def _files_of(parts: Sequence[str], root: Path) -> list[Path]:
    """The modules on the way down a dotted name that are files under the root."""
    prefixes = [root.joinpath(*parts[:length]) for length in range(1, len(parts) + 1)]
    places = [place for prefix in prefixes for place in (prefix / "__init__.py", prefix.parent / f"{prefix.name}.py")]
    return [place for place in places if place.is_file()]


def _python_files(place: Path) -> list[Path]:
    if place.is_dir():
        return sorted(place.rglob("*.py"))
    if not place.is_file():
        raise InvalidInput(f"a study rests on {place}, which does not exist; mend its rests_on")
    return [place]
