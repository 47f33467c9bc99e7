"""The log of a study: JSON lines that are only ever appended, each whole or not at all, by one writer at a time.

A line is a run's header, a cell's prediction, or what came of measuring it. What a folder holds is what its logs say.
"""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from specbound.campaign.plain import line_of
from specbound.core.errors import InvalidInput
from specbound.core.provenance import write_atomically

FORMAT = 1
"""Of the lines. A log of another format is neither read nor written."""

FILE = "records.jsonl"

KEYS = ("run", "cell", "parameters", "seed")
"""What every line has that is no header, beside what it says."""


class Log:
    """One study's log, open for appending; made by :func:`writing`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / FILE
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)

    def append(self, entry: Mapping[str, Any]) -> None:
        """Adds one line; where it cannot be written whole (a full disk), what was written of it is taken back."""
        data = line_of(entry).encode()
        size = os.fstat(self._descriptor).st_size
        try:
            if os.write(self._descriptor, data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        except OSError:
            os.ftruncate(self._descriptor, size)
            raise

    def store(self, name: str, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        """Writes arrays beside the log, whole or not at all, before a line speaks of them."""
        content = io.BytesIO()
        np.savez(content, allow_pickle=False, **arrays)
        path = arrays_of(self.path, name)
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content.getvalue())

    def settle(self) -> None:
        """Returns once everything appended has reached the disk."""
        os.fsync(self._descriptor)

    def mend(self) -> int:
        """Takes away what a writer that was stopped has left: temporary files, and half a line at the end.

        Returns the bytes of that half line.
        """
        for temporary in arrays_of(self.path, "").parent.glob(".*"):
            temporary.unlink()
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        os.ftruncate(self._descriptor, whole)
        return len(content) - whole

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
    try:
        _refuse_foreign(out)
        out.mkdir(parents=True, exist_ok=True)
        lock = FileLock(out / ".lock")
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InvalidInput(
            f"another run is writing to {out}; wait until it ends, or give another folder with --out"
        ) from error
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written ({error.strerror}); give a folder that can, with --out") from error
    try:
        log = Log(out / study)
        try:
            yield log
        finally:
            log.close()
    finally:
        lock.release()


def _refuse_foreign(out: Path) -> None:
    """Refuses a folder that holds something, but no results that this version can add to."""
    if not out.is_dir():
        return
    logs = list(out.glob(f"*/{FILE}"))
    if not logs and any(path.name != ".lock" for path in out.iterdir()):
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
            entry = _entry(path, number, line)
            if number == 1 and entry.get("format") != FORMAT:
                raise InvalidInput(
                    f"{path} has format {entry.get('format')!r}; this version of specbound reads and writes {FORMAT}: "
                    "give a new folder, or use the version that wrote it"
                )
            yield entry


def _entry(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        entry: Any = json.loads(line)
        if isinstance(entry, dict) and (set(KEYS) <= set(entry) or {"run", "format"} <= set(entry)):
            return entry  # pyright: ignore[reportUnknownVariableType]
        reason = f"it lacks some of {', '.join(KEYS)}"
    except ValueError as error:
        reason = str(error)
    raise InvalidInput(f"{path}, line {number} is no record ({reason}); take the line out, and its cell is run again")
