"""The log of a study: JSON lines that are only ever appended, each whole or not at all, by one writer at a time.

A line is a run's header, a cell's prediction, or what came of measuring it. What a folder holds is what its logs say.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from specbound.campaign.plain import line_of
from specbound.core.errors import InvalidInput
from specbound.core.provenance import write_atomically

FORMAT = 1
"""Of the lines. A log of another format is neither read nor written."""

FILE = "records.jsonl"

LOCK = ".lock"

BEGINNING = b'{"run":'
"""Of every log."""

HEADER = {"format": int, "run": str, "created": str, "source": str, "files": dict, "versions": dict, "machine": dict}
"""What a run's header has beside the settings that the run was started with."""

LINE = {"run": str, "cell": str, "parameters": dict, "seed": int}
"""What every other line has, beside the one thing it says."""

SAYS = ("prediction", "measurement", "failed", "not available")


class Log:
    """One study's log, open for appending; made by :func:`writing`.

    ``half``: the bytes of a half-written line that were taken out when it was opened.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / FILE
        self.half = 0
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)

    def append(self, entry: Mapping[str, Any]) -> None:
        """Adds one line; where it cannot be written whole (a full disk), what was written of it is taken back."""
        data = line_of(entry).encode()
        mine = os.fstat(self._descriptor)
        if not (self.path.exists() and os.path.samestat(self.path.stat(), mine)):
            raise InvalidInput(f"{self.path} was replaced while a run was writing to it; start again")
        try:
            if os.write(self._descriptor, data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        except OSError:
            os.ftruncate(self._descriptor, mine.st_size)
            raise

    def store(self, cell: str, archive: bytes) -> None:
        """Writes a cell's arrays beside the log, whole or not at all, before a line speaks of them."""
        path = arrays_of(self.path, cell)
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, archive)

    def settle(self) -> None:
        """Returns once everything appended has reached the disk."""
        os.fsync(self._descriptor)

    def mend(self) -> None:
        """Takes away what a writer that was stopped has left: temporary files, and half a line at the end.

        A last line that lacks nothing but its end is given it.
        **Raises.** :class:`InvalidInput` where the file is none of ours.
        """
        for temporary in arrays_of(self.path, "").parent.glob(".*.npz.*"):
            temporary.unlink()
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        half = content[whole:]
        if not whole and not half.startswith(BEGINNING[: len(half)]):
            raise InvalidInput(f"{self.path} is no log of a study; give a new folder")
        if half and _is_json(half):
            os.write(self._descriptor, b"\n")
        else:
            os.ftruncate(self._descriptor, whole)
            self.half = len(half)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._descriptor)


def arrays_of(log: Path, cell: str) -> Path:
    """Where the arrays of a cell lie."""
    return log.parent / "arrays" / f"{cell}.npz"


@contextmanager
def writing(out: Path, study: str) -> Iterator[Log]:
    """The log of a study in a results folder, for one writer.

    **Raises.** :class:`InvalidInput` where another run writes to the folder, where it holds something else or a log of
    another format, and where it cannot be written.
    """
    with ExitStack() as stack:
        try:
            _refuse_foreign(out)
            out.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(out / LOCK).acquire(timeout=0))
            log = stack.enter_context(closing(Log(out / study)))
            log.mend()
        except Timeout as error:
            raise InvalidInput(
                f"another run is writing to {out}; wait until it ends, or give another folder with --out"
            ) from error
        except OSError as error:
            raise InvalidInput(
                f"{out} cannot be written ({error.strerror}); give a folder that can, with --out"
            ) from error
        yield log


def _refuse_foreign(out: Path) -> None:
    """Refuses a folder that holds something, but no results that this version can add to."""
    if not out.is_dir():
        return
    logs = list(out.glob(f"*/{FILE}"))
    if not logs and any(path.is_file() and path.name != LOCK for path in out.rglob("*")):
        raise InvalidInput(f"{out} is not empty and holds no results of this version of specbound; give a new folder")
    for log in logs:
        for _ in entries(log):
            break


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a log, the header of a run first. A half-written last line is left out.

    **Raises.** :class:`InvalidInput` for a log of another format, and for a line that is no entry, by its number.
    """
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.endswith(b"\n"):
                return
            yield _entry(path, number, line)


def _entry(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        entry: Any = json.loads(line)
    except ValueError as error:
        raise _no_record(path, number, str(error)) from error
    if not isinstance(entry, dict):
        raise _no_record(path, number, "it is no object")
    if "format" in entry and entry["format"] != FORMAT:
        raise InvalidInput(
            f"{path} has format {entry['format']!r}; this version of specbound reads and writes {FORMAT}: "
            "give a new folder, or use the version that wrote it"
        )
    kinds = HEADER if number == 1 or "format" in entry else LINE
    if any(type(entry.get(key)) is not kind for key, kind in kinds.items()):
        raise _no_record(path, number, f"it lacks some of {', '.join(kinds)}, or they are of another type")
    if kinds is LINE and sum(key in entry for key in SAYS) != 1:
        raise _no_record(path, number, f"it says not one of {', '.join(SAYS)}")
    return entry  # pyright: ignore[reportUnknownVariableType]


def _no_record(path: Path, number: int, reason: str) -> InvalidInput:
    return InvalidInput(
        f"{path}, line {number} is no record ({reason}); mend the line, or move the file away and run again"
    )


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
