"""The catalogue: every statement that lies in ``specbound/statements/<area>/``, found by walking the folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from specbound.core.errors import InvalidInput, unknown_name
from specbound.core.modules import module_at
from specbound.core.statement import Mutant, Statement

CATALOGUE = "specbound.statements"


def catalog(package: str = CATALOGUE) -> dict[str, Statement]:
    """All statements by id, in the order of areas and files.

    Every module in an area's package defines one ``statement`` whose id is the file's name and whose area is the
    package's.

    **Raises.** :class:`InvalidInput` for a module without a statement, an id or area that differs from its place, an
    id used twice, a statement without mutants; whatever an import raises.

    >>> "triple_gap" in catalog()
    True
    """
    found: dict[str, Statement] = {}
    root = importlib.import_module(package)
    _refuse_unreachable(Path(next(iter(root.__path__))))
    for area in pkgutil.iter_modules(root.__path__):
        if not area.ispkg:
            continue
        folder = importlib.import_module(f"{package}.{area.name}")
        for entry in pkgutil.iter_modules(folder.__path__):
            statement = _statement_of(importlib.import_module(f"{folder.__name__}.{entry.name}"), area.name)
            if statement.id in found:
                raise InvalidInput(f"statement id {statement.id!r} is used twice; rename one of the files")
            found[statement.id] = statement
    return found


def _refuse_unreachable(root: Path) -> None:
    for folder in root.iterdir():
        if folder.is_dir() and any(folder.glob("*.py")) and not (folder / "__init__.py").is_file():
            raise InvalidInput(f"{folder} holds modules but no __init__.py, so they would not be found; add one")


def _statement_of(module: ModuleType, area: str) -> Statement:
    statement = getattr(module, "statement", None)
    stem = module.__name__.rpartition(".")[2]
    if not isinstance(statement, Statement):
        raise InvalidInput(f"{module.__file__} defines no `statement`; every file of an area defines one")
    if (statement.id, statement.area) != (stem, area):
        raise InvalidInput(
            f"{module.__file__} defines {statement.area}/{statement.id}; required by its place: {area}/{stem}"
        )
    if not statement.mutants:
        raise InvalidInput(f"{statement.id} has no mutant; a claim whose search was never seen to refute is not listed")
    return replace(statement, document=module.__doc__ or "", file=Path(str(module.__file__)))


def load_statements(path: Path) -> dict[str, Statement]:
    """The statements of a user's own Python file: all module-level :class:`Statement` values, by id.

    **Raises.** :class:`InvalidInput` where the file is missing, raises (with its line), or defines no statement.
    """
    path = path.resolve()
    module = module_at(path, "statements")
    own = list({id(value): value for value in vars(module).values() if isinstance(value, Statement)}.values())
    if not own:
        raise InvalidInput(f"{path} defines no statement; assign a specbound.Statement to a module-level name")
    names = [item.id for item in own]
    for name in names:
        if "/" in name:
            raise InvalidInput(f"{path}: statement id {name!r}; required: no slash, which is for mutants")
        if names.count(name) > 1:
            raise InvalidInput(f"{path} defines two statements with the id {name!r}; rename one of them")
    return {item.id: replace(item, document=item.document or module.__doc__ or "", file=path) for item in own}


def select(statements: dict[str, Statement], names: Iterable[str]) -> list[Statement]:
    """The named statements, ``id`` or ``id/mutant``; all of them where no name is given.

    **Raises.** :class:`InvalidInput` for an unknown name, with the nearest ones.
    """
    wanted = list(names)
    return [_find(statements, name) for name in wanted] if wanted else list(statements.values())


def _find(statements: dict[str, Statement], name: str) -> Statement:
    stem, _, mutant_name = name.partition("/")
    if stem not in statements:
        raise unknown_name("statement", stem, statements)
    statement = statements[stem]
    if not mutant_name:
        return statement
    mutants: dict[str, Mutant] = {mutant.name: mutant for mutant in statement.mutants}
    if mutant_name not in mutants:
        raise unknown_name(f"mutant of {stem}", mutant_name, mutants)
    return statement.mutate(mutants[mutant_name])
