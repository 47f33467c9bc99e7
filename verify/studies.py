"""The studies: every file of this folder that defines ``study``, under the file's name."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from specbound.campaign import Study
from specbound.checks.budget import BUDGETS
from specbound.core.errors import InvalidInput, line_in, unknown_name

FOLDER = Path(__file__).parent


def studies(names: Sequence[str] = ()) -> dict[str, Study]:
    """The named studies, or all, by name; no file but theirs is imported.

    **Raises.** :class:`InvalidInput` for an unknown name, a file that cannot be imported, and a study that is not
    called as its file is or lacks the grid of a budget.
    """
    files = [entry.name for entry in pkgutil.iter_modules([str(FOLDER)]) if not entry.name.startswith("_")]
    for name in names:
        if name not in files:
            raise unknown_name("study", name, files)
    found = {name: _study_in(name) for name in names or files}
    for name in names:
        if found[name] is None:
            raise InvalidInput(f"verify/{name}.py defines no study; assign a specbound.campaign.Study to `study`")
    return {name: study for name, study in found.items() if study is not None}


def _study_in(name: str) -> Study | None:
    try:
        study = getattr(import_module(f"verify.{name}"), "study", None)
    except InvalidInput as error:
        raise InvalidInput(f"verify/{name}.py: {error}") from error
    except Exception as error:
        line = line_in(FOLDER / f"{name}.py", error)
        raise InvalidInput(f"verify/{name}.py, line {line}: {type(error).__name__}: {error}") from error
    if not isinstance(study, Study):
        return None
    if study.name != name:
        raise InvalidInput(f'verify/{name}.py defines the study "{study.name}"; required: name="{name}"')
    if set(study.grids) != set(BUDGETS):
        required = f"exactly {', '.join(BUDGETS)}"
        raise InvalidInput(f"verify/{name}.py has grids {', '.join(study.grids)}; required: {required}")
    return study
