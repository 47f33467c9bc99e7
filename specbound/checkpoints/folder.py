"""A checkpoint as it lies on disk: one safetensors file, or several with an index, and what lies beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from specbound.checkpoints.header import TYPES, Entry, Header, read_header, unique
from specbound.core.errors import InvalidInput, unknown_name

if TYPE_CHECKING:
    from torch import Tensor

SUFFIX, INDEX = ".safetensors", ".safetensors.index.json"
PIECE = 2**20
"""Bytes that are copied at a time."""


@dataclass(frozen=True)
class Checkpoint:
    """The tensors of a checkpoint, which stay on disk until they are asked for.

    ``path``: the file, folder or index that was opened; ``shards``: the headers of its files; ``places``: for each
    tensor, in natural order of names, its file and its entry; ``index``: the parsed index, where there is one.
    """

    path: Path
    shards: Mapping[Path, Header]
    places: Mapping[str, tuple[Path, Entry]]
    index: Path | None
    index_content: Mapping[str, Any]

    @property
    def is_folder(self) -> bool:
        return self.path.is_dir()

    def tensor(self, name: str) -> Tensor:
        """One tensor in its own dtype, on the CPU."""
        import torch

        shard, entry = self._place(name)
        if entry.dtype not in TYPES:
            raise InvalidInput(f"{name} in {shard} is stored as {entry.dtype}; required: one of {', '.join(TYPES)}")
        found = torch.empty(entry.shape, dtype=getattr(torch, TYPES[entry.dtype]))
        # A view of bytes, which NumPy knows whatever the dtype.
        buffer = found.reshape(-1).view(torch.uint8).numpy().data if found.numel() else memoryview(b"")
        with shard.open("rb") as stream:
            stream.seek(self.shards[shard].begin + entry.start)
            read = 0
            while read < len(buffer):
                count = stream.readinto(buffer[read:])
                if not count:
                    raise InvalidInput(f"{shard} ended within {name}; it was changed while it was read")
                read += count
        return found

    def content(self, name: str) -> Iterator[bytes]:
        """The bytes of a tensor of any type, a piece at a time; the first is short, so that comparing ends early."""
        shard, entry = self._place(name)
        with shard.open("rb") as stream:
            stream.seek(self.shards[shard].begin + entry.start)
            left, due = entry.stop - entry.start, 2**12
            while left:
                piece = stream.read(min(due, left))
                if not piece:
                    raise InvalidInput(f"{shard} ended within {name}; it was changed while it was read")
                left, due = left - len(piece), PIECE
                yield piece

    def _place(self, name: str) -> tuple[Path, Entry]:
        if name not in self.places:
            raise unknown_name("tensor", name, self.places)
        return self.places[name]


def open_checkpoint(path: Path) -> Checkpoint:
    """A checkpoint from a ``.safetensors`` file, the ``.safetensors.index.json`` of several, or a folder with either.

    **Raises.** :class:`InvalidInput` for damaged files (:func:`~specbound.checkpoints.header.read_header`), an index
    that is none, that names other tensors than its files hold, or a folder in which it is not clear what to read.
    """
    index = _index_of(path)
    if index is None:
        file = path if not path.is_dir() else _only_file(path)
        content, names = {}, [file]
    else:
        content = _parsed_index(index)
        names = [index.parent / name for name in dict.fromkeys(content["weight_map"].values())]
        for file in names:
            if not file.is_file():
                raise InvalidInput(f"no file at {file}, which the index names; put all shards beside it")
    shards = {file: read_header(file) for file in names}
    places: dict[str, tuple[Path, Entry]] = {}
    for file, header in shards.items():
        for name, entry in header.entries.items():
            if name in places:
                raise InvalidInput(f"{name} is in {places[name][0].name} and in {file.name}; required: in one of them")
            places[name] = (file, entry)
    if index is not None:
        _compare(index, content["weight_map"], places)
    ordered = dict(sorted(places.items(), key=lambda item: _natural(item[0])))
    return Checkpoint(path, shards, ordered, index, content)


def _index_of(path: Path) -> Path | None:
    if path.is_dir():
        found = sorted(path.glob(f"*{INDEX}"))
        if len(found) > 1:
            names = ", ".join(file.name for file in found)
            raise InvalidInput(f"{path} holds {len(found)} indices: {names}; give one of them")
        return found[0] if found else None
    return path if path.suffix == ".json" else None


def _only_file(folder: Path) -> Path:
    found = sorted(folder.glob(f"*{SUFFIX}"))
    if len(found) != 1:
        held = ", ".join(file.name for file in found) or "none"
        raise InvalidInput(f"{folder} holds {held} of {SUFFIX} and no index; required: one, or an index of all")
    return found[0]


def _parsed_index(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InvalidInput(f"no file at {path}; give a {SUFFIX} file, its folder or its .index.json")
    problem = f"{path} is not an index of shards; required: a JSON object with a weight_map from tensors to file names"
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)
        shards = content["weight_map"].values()
        content.get("metadata", {}).keys()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput(problem) from error
    if not shards or not all(isinstance(name, str) and Path(name).name == name for name in shards):
        raise InvalidInput(problem)
    for name in shards:
        if not name.endswith(SUFFIX):
            raise InvalidInput(f"{path} names the shard {name!r}; required: names that end in {SUFFIX}")
    return content


def _compare(index: Path, weight_map: Mapping[str, str], places: Mapping[str, tuple[Path, Entry]]) -> None:
    for name, file in weight_map.items():
        if name not in places or places[name][0].name != file:
            raise InvalidInput(f"{index} says that {name} is in {file}, which does not hold it; get all files again")
    for name, (file, _) in places.items():
        if name not in weight_map:
            raise InvalidInput(f"{file} holds {name}, which {index} does not name; get all files again")


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts layer.10 behind layer.2."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
