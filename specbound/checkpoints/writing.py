"""Writing checkpoints in a stream, beside their final place, and moving them there when they are whole."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from specbound.checkpoints.folder import PIECE
from specbound.checkpoints.header import byte_count, encoded
from specbound.core.errors import InvalidInput

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Part:
    """One tensor of a file to be written: its name, type and shape, known at once, and its bytes, when they are due."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    content: Callable[[], Iterable[bytes | memoryview]]


def bytes_of(tensor: Tensor) -> Iterator[memoryview]:
    """The bytes of a tensor, a piece at a time."""
    import torch

    flat = tensor.detach().contiguous().reshape(-1)
    if flat.numel():
        whole = flat.view(torch.uint8).numpy().data
        for start in range(0, len(whole), PIECE):
            yield whole[start : start + PIECE]


def write_file(path: Path, parts: list[Part], metadata: Mapping[str, str]) -> str:
    """Writes a safetensors file and returns its SHA-256, as hexadecimal digits; it is on disk when this returns."""
    digest = hashlib.sha256()
    with path.open("wb") as stream:
        # In a function of its own, so that no variable keeps the last piece, and with it a tensor, alive.
        def put(pieces: Iterable[bytes | memoryview]) -> None:
            for piece in pieces:
                stream.write(piece)
                digest.update(piece)

        put([encoded([(part.name, part.dtype, part.shape) for part in parts], metadata)])
        for part in parts:
            before = stream.tell()
            put(part.content())
            if stream.tell() - before != byte_count(part.dtype, part.shape):
                raise AssertionError(f"{part.name} came with other bytes than announced")
        stream.flush()
        os.fsync(stream.fileno())
    return digest.hexdigest()


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A place next to a target that does not exist; what was put there becomes the target when all went well.

    On an error nothing is left. What a killed process left, ``<target>.partial``, the next one removes.
    **Raises.** :class:`InvalidInput` where the target exists, its folder does not, or another process writes to it.
    """
    if os.path.lexists(target):
        raise InvalidInput(f"{target} exists and is not overwritten; name another place, or remove it")
    if not target.parent.is_dir():
        raise InvalidInput(f"{target.parent} is no folder; make it first")
    place = target.with_name(f"{target.name}.partial")
    lock = FileLock(target.with_name(f"{target.name}.partial.lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise InvalidInput(f"another process is writing {target}; wait for it, or name another place") from None
    try:
        remove(place)
        yield place
        if os.path.lexists(target):
            raise InvalidInput(f"{target} has come to exist meanwhile and is not overwritten; name another place")
        os.rename(place, target)
        _sync(target.parent)
    finally:
        remove(place)
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def remove(path: Path) -> None:
    """Removes a file or a folder, or nothing."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
