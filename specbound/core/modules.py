"""Importing a Python file of the user's, wherever it lies."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from specbound.core.errors import InvalidInput, line_in


def module_at(path: Path, kind: str) -> ModuleType:
    """The module that a file defines, run anew. ``kind``: what it is to hold, as an error calls it.

    **Raises.** :class:`InvalidInput` where the file is missing, is no Python file, or raises (with its line).
    """
    path = path.resolve()
    if not path.is_file():
        raise InvalidInput(f"no {kind} file at {path}; give the path of a Python file")
    name = f"specbound_user_{kind}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InvalidInput(f"{path} is not a Python file; its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise InvalidInput(f"{path}, line {line_in(path, error)}: {type(error).__name__}: {error}") from error
    return module
