"""The studies, found by walking this folder: every file that defines ``study``, under the file's name."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

from specbound.campaign import Study
from specbound.checks.budget import BUDGETS
from specbound.core.errors import InvalidInput


def studies() -> dict[str, Study]:
    """All studies by name.

    **Raises.** :class:`InvalidInput` for a study that is not called as its file is, or lacks the grid of a budget.
    """
    found: dict[str, Study] = {}
    for entry in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if entry.ispkg or entry.name.startswith("_"):
            continue
        study = getattr(import_module(f"verify.{entry.name}"), "study", None)
        if isinstance(study, Study):
            found[study.name] = study
            if study.name != entry.name:
                raise InvalidInput(
                    f"verify/{entry.name}.py defines the study {study.name}; required: one of its own name"
                )
            if set(study.grids) != set(BUDGETS):
                required = f"exactly {', '.join(BUDGETS)}"
                raise InvalidInput(f"the study {study.name} has grids {', '.join(study.grids)}; required: {required}")
    return found
