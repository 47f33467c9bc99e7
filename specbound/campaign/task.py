"""What a worker does with one cell: it calls the study's function and gives back what came of it, whatever it is."""

from __future__ import annotations

import io
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from specbound.campaign.cell import Cell
from specbound.campaign.plain import plain
from specbound.campaign.sources import refuse_edited
from specbound.campaign.study import Finding, arguments_of
from specbound.core.errors import InvalidInput
from specbound.core.provenance import Source, versions
from specbound.numeric.ops import NotAvailable

LONGEST_TOLD = 300
"""Characters of an error that are told in a line."""


@dataclass(frozen=True)
class Outcome:
    """What came of a cell: a value and an archive of its arrays if it has some, or ``failed``, or ``not_available``."""

    value: Mapping[str, Any] | None = None
    archive: bytes | None = None
    failed: Mapping[str, Any] | None = None
    not_available: str | None = None
    seconds: float = 0.0

    @classmethod
    def failure(cls, error: BaseException, trace: str = "", seconds: float = 0.0) -> Outcome:
        """That of a cell which raised an error, or under which worker processes ended with it."""
        failed = {"type": type(error).__name__, "message": message_of(error), "traceback": _unicode(trace)}
        return cls(failed=failed, seconds=seconds)


@dataclass(frozen=True)
class Task:
    """A study's function as a worker calls it, on the source and versions it is meant for.

    ``threads``: for its linear algebra. ``arrays``: whether it may give NumPy arrays beside plain data.
    """

    function: Finding
    source: Source
    threads: int
    arrays: bool = False
    versions: Mapping[str, str] = field(default_factory=lambda: dict(versions()))

    def __call__(self, cell: Cell) -> Outcome:
        """Raises :class:`InvalidInput` where this process is not what the run began with; other errors are outcomes."""
        _refuse_other(self.source, self.versions)
        start = time.perf_counter()
        try:
            with threadpool_limits(self.threads):
                found = self.function(**arguments_of(self.function, cell))
            value, arrays = _parted(self.function.__name__, found, self.arrays)
            archive = _archive(arrays)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except NotAvailable as error:
            return Outcome(not_available=message_of(error), seconds=time.perf_counter() - start)
        except BaseException as error:
            return Outcome.failure(error, traceback.format_exc(), time.perf_counter() - start)
        return Outcome(value, archive, seconds=time.perf_counter() - start)


def message_of(error: BaseException) -> str:
    """What an error says, as text that can be stored."""
    try:
        return _unicode(str(error))
    except Exception:
        return "its message cannot be shown"


def in_a_line(message: str) -> str:
    """A message to be told in one line of a terminal."""
    line = " ".join("".join(character if character.isprintable() else " " for character in message).split())
    return line if len(line) <= LONGEST_TOLD else line[:LONGEST_TOLD] + " …"


def _unicode(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def unready(module: str, source: Source, wanted: Mapping[str, str]) -> str | None:
    """Why this process cannot run the functions of a module as another one means them; None where it can."""
    try:
        import_module(module)
        _refuse_other(source, wanted)
    except InvalidInput as error:
        return str(error)
    except Exception as error:
        return (
            f"a worker cannot import {module} ({type(error).__name__}: {message_of(error)}); "
            "give it the same checkout, by PYTHONPATH or installed"
        )
    return None


def _refuse_other(source: Source, wanted: Mapping[str, str]) -> None:
    _refuse_other_disk(source.package, tuple(source.files.items()))
    refuse_edited(source.files)
    for name, version in wanted.items():
        if _versions().get(name) != version:
            raise InvalidInput(
                f"a worker has {name} {_versions().get(name)}, the run began with {version}; required: the same"
            )


@cache
def _refuse_other_disk(package: str, files: tuple[tuple[str, str], ...]) -> None:
    if Source(package, dict(files)).stale:
        raise InvalidInput(
            "a worker found another source than the run began with: files were changed since, or it has another "
            "version. What is stored stays; start again, with the same source everywhere"
        )


@cache
def _versions() -> Mapping[str, str]:
    return dict(versions())


def _parted(name: str, found: object, arrays: bool) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """Plain data and, where they are allowed, arrays apart."""
    if not isinstance(found, Mapping) or not found:
        raise InvalidInput(f"{name} gave {found!r}; required: a mapping of names to values, not empty")
    given: dict[Any, Any] = dict(found)
    apart = {key: value for key, value in given.items() if arrays and type(value) is np.ndarray}
    for key, array in apart.items():
        if type(key) is not str or not key.isidentifier() or key in ("file", "allow_pickle"):
            raise InvalidInput(f"{name} gave an array as {key!r}; required: an identifier, not file or allow_pickle")
        if array.dtype.hasobject:
            raise InvalidInput(f"{name} gave an array of objects as {key}; required: numbers, booleans or strings")
    return plain({key: value for key, value in given.items() if key not in apart}, name), apart


def _archive(arrays: Mapping[str, np.ndarray[Any, Any]]) -> bytes | None:
    if not arrays:
        return None
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    return content.getvalue()
