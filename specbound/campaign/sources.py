"""Which files a study's results rest on, beside this package, and whether this process runs what they say."""

from __future__ import annotations

import ast
import inspect
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from specbound.core.errors import InvalidInput
from specbound.core.provenance import PACKAGE, file_hashes

INSTALLED = ("site-packages", "dist-packages")


def files_behind(function: Callable[..., Any], more: Sequence[str] = ()) -> dict[str, str]:
    """Hashes of the function's file, of all that it imports from elsewhere than installed packages, and of ``more``.

    Import statements are followed without running them, those inside functions too, to the files that they lead to
    under the folder of the function's top-level package and the other folders of ``sys.path``; installed packages, the
    standard library and this package are left out. What is imported by other means has to be named in ``more``: files,
    or folders for all Python files in them, relative to the function's file.

    **Raises.** :class:`InvalidInput` for what is no plain function in a file, or captures values that no file tells.
    """
    own = inspect.unwrap(function)
    if not inspect.isfunction(own) or own.__closure__:
        captured = f", which captures {', '.join(own.__code__.co_freevars)}" if inspect.isfunction(own) else ""
        raise InvalidInput(
            f"{function!r}{captured}; required: a plain function, so that its file and arguments tell what it does; "
            "give what it captures as axes of the grid"
        )
    path = Path(own.__code__.co_filename).absolute()
    if not path.is_file():
        raise InvalidInput(
            f"{function!r} is in no file, so its results could not be told from those of another version; "
            "define the study's functions in a Python file"
        )
    named = [_source_in(path.parent / place) for place in more]
    return dict(sorted(file_hashes(*_closure(path, own.__module__), *named).items()))


_ran: dict[str, str] = {}
"""What this process first saw of each file. Edits do not reach what is imported, so this is the code that it runs."""


def refuse_edited(files: Mapping[str, str]) -> None:
    """Raises :class:`InvalidInput` where this process runs another version of a file than the one of these hashes."""
    for name, found in files.items():
        if _ran.setdefault(name, found) != found:
            raise InvalidInput(
                f"{name} has changed since this process imported it, and still runs as it was; start again in a new "
                "process, and restart the workers of a cluster"
            )


def _closure(start: Path, module: str) -> list[Path]:
    roots = _roots(start, module)
    found: dict[Path, None] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path not in found and PACKAGE not in path.resolve().parents:
            found[path] = None
            if not _is_installed(path):
                waiting += [file for name in _imports(path, roots) for file in _files_of(name, roots)]
    return list(found)


def _roots(start: Path, module: str) -> list[Path]:
    """Where imports lead: from as far above the function's file as its full name has dots, and from ``sys.path``."""
    spec = getattr(sys.modules.get(module), "__spec__", None)
    own = start.parents[(spec.name if spec is not None else module).count(".")]
    library = Path(sysconfig.get_path("stdlib"))
    others = [Path(entry).absolute() for entry in sys.path]
    return [own, *(path for path in others if not _is_installed(path) and not path.is_relative_to(library))]


def _is_installed(path: Path) -> bool:
    return bool(set(INSTALLED) & set(path.parts))


def _imports(path: Path, roots: Sequence[Path]) -> Iterator[list[str]]:
    """What the file imports: the parts of dotted names, among them some that name no module but what is in one."""
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:
        # Nothing is imported from it either; whoever tries is told.
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            root = next((root for root in roots if path.is_relative_to(root)), path.parent)
            above = list(path.relative_to(root).parts[: -node.level]) if node.level else []
            base = above + (node.module.split(".") if node.module else [])
            yield from ([*base, alias.name] for alias in node.names)


def _files_of(parts: Sequence[str], roots: Sequence[Path]) -> list[Path]:
    """The modules on the way down a dotted name that are files, under the first root that has any."""
    for root in roots:
        prefixes = [root.joinpath(*parts[:length]) for length in range(1, len(parts) + 1)]
        pairs = [(prefix / "__init__.py", prefix.parent / f"{prefix.name}.py") for prefix in prefixes]
        found = [place for pair in pairs for place in pair if place.is_file()]
        if found:
            return found
    return []


def _source_in(place: Path) -> Path:
    if not (place.is_file() or any(place.rglob("*.py"))):
        raise InvalidInput(f"a study rests on {place}, which holds no source; mend its rests_on")
    return place
