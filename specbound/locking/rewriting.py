"""Writing a checkpoint anew with some of its tensors replaced: whole or not at all, with a record of what was done."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specbound.checkpoints import Checkpoint
from specbound.checkpoints.folder import SUFFIX
from specbound.checkpoints.header import BITS, FLOATS, Entry, Header, byte_count
from specbound.checkpoints.writing import Part, beside, digest_of, write_file
from specbound.core.errors import InvalidInput
from specbound.core.provenance import versions

RECORD = "specdef.json"
"""What was done, beside the weights: in a folder under this name, for a single file behind its stem."""

WEIGHTS = (".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".gguf", ".pkl", ".npz", ".tflite", SUFFIX)
"""How other files with weights end, in small letters: a copy of one would publish what the lock is meant to keep."""


@dataclass(frozen=True)
class Recorded:
    """What a record says of a layer: on which side its compensator is stored, and the type of the weight before."""

    stored_side: str
    original_dtype: str


def read_record(path: Path) -> dict[str, Recorded]:
    """What ``specdef.json`` beside a checkpoint says of each layer; empty where there is none."""
    place = record_of(path.parent if path.suffix == ".json" and not path.is_dir() else path)
    if not place.is_file():
        return {}
    try:
        layers = json.loads(place.read_text(encoding="utf-8"))["layers"]
        found = [(entry["layer"], Recorded(entry["stored_side"], entry["original_dtype"])) for entry in layers]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InvalidInput(f"{place} is not a record of locks; get it again, or remove it") from None
    sides, types = ("after", "before"), tuple(FLOATS)
    for layer, said in found:
        if not (isinstance(layer, str) and said.stored_side in sides and said.original_dtype in types):
            raise InvalidInput(
                f"{place} names layers, sides or dtypes that there are none of; get it again, or remove it"
            )
    return dict(found)


def rewrite(
    checkpoint: Checkpoint,
    target: Path,
    parts_of: Callable[[str, Entry], Iterator[Part]],
    said: Callable[[], Mapping[str, Any]] | None = None,
) -> None:
    """Writes a checkpoint anew, each tensor as the parts that take its place: whole or not at all.

    **Parameters.** ``target``: a file for a single file, else a folder; it must not exist. ``parts_of``: for a tensor's
    name and entry, what is written in its place. ``said``: what the record is to say, asked once all is written; to it
    come digests of all files and versions. Without it no record is written, and that of the source is left out.
    """
    single = not checkpoint.is_folder and checkpoint.index is None
    if single and target.suffix != SUFFIX:
        raise InvalidInput(f"{target} does not end in {SUFFIX}; required: a file, as the source is one")
    folder = checkpoint.path if checkpoint.is_folder else checkpoint.path.parent
    if not single:
        _refuse_within(target, folder)
    sources = {file.name: digest_of(file) for file in checkpoint.shards}
    if not single:
        _refuse_other_weights(checkpoint, folder, set(sources.values()))
    shards = {file: _parts(header, parts_of) for file, header in checkpoint.shards.items()}
    _refuse_twice(part.name for parts in shards.values() for part in parts)
    with beside(target) as place, _record_place(target, place, single) as record:
        if single:
            ((file, parts),) = shards.items()
            digests = {target.name: write_file(place, parts, checkpoint.shards[file].metadata)}
        else:
            place.mkdir()
            digests = _write_folder(checkpoint, place, shards)
            _copy_others(checkpoint, folder, place)
        if said is not None:
            content = {"format": 1, **said(), "source": sources, "files": digests, "versions": dict(versions())}
            record.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _parts(header: Header, parts_of: Callable[[str, Entry], Iterator[Part]]) -> list[Part]:
    """What is written in place of the tensors of a file, wide types first, so that each begins at a multiple of its."""
    parts = [part for name, entry in header.entries.items() for part in parts_of(name, entry)]
    return sorted(parts, key=lambda part: -BITS[part.dtype])


def _refuse_twice(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InvalidInput(f"there would be two tensors {name}, as the source has one already; rename that first")
        seen.add(name)


def _write_folder(checkpoint: Checkpoint, place: Path, shards: Mapping[Path, list[Part]]) -> dict[str, str]:
    """Writes all shards and, where there is one, the index; returns the shards' digests."""
    digests: dict[str, str] = {}
    weight_map: dict[str, str] = {}
    size = 0
    for file, parts in shards.items():
        digests[file.name] = write_file(place / file.name, parts, checkpoint.shards[file].metadata)
        weight_map.update({part.name: file.name for part in parts})
        size += sum(byte_count(part.dtype, part.shape) for part in parts)
    if checkpoint.index is not None:
        metadata = {**checkpoint.index_content.get("metadata", {}), "total_size": size}
        content = {**checkpoint.index_content, "metadata": metadata, "weight_map": dict(sorted(weight_map.items()))}
        (place / checkpoint.index.name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return digests


@contextmanager
def _record_place(target: Path, place: Path, single: bool) -> Iterator[Path]:
    """Where to write the record: into the folder, or beside a file, just before which it gets its name."""
    if not single:
        yield place / RECORD
        return
    partial = record_of(target).with_name(f"{record_of(target).name}.partial")
    try:
        yield partial
        if partial.exists() and not os.path.lexists(target):
            partial.replace(record_of(target))
    finally:
        partial.unlink(missing_ok=True)


def record_of(path: Path) -> Path:
    """Where the record of a checkpoint lies."""
    return path / RECORD if path.is_dir() else path.with_name(f"{path.name.removesuffix(SUFFIX)}.{RECORD}")


def _refuse_within(target: Path, folder: Path) -> None:
    if target.resolve().is_relative_to(folder.resolve()):
        raise InvalidInput(f"{target} lies within {folder}, which is only read; name a place outside")


def _refuse_other_weights(checkpoint: Checkpoint, folder: Path, digests: set[str]) -> None:
    """By their names; and copies of what is locked by their content, as git-lfs keeps them."""
    sizes = {file.stat().st_size for file in checkpoint.shards}
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file in checkpoint.shards:
            continue
        if file.name.lower().endswith(WEIGHTS) or (file.stat().st_size in sizes and digest_of(file) in digests):
            raise InvalidInput(f"{file} holds weights too, and would be copied unlocked; remove it first")


def _copy_others(checkpoint: Checkpoint, folder: Path, place: Path) -> None:
    skipped = {*checkpoint.shards, checkpoint.index, folder / RECORD}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file not in skipped:
            copy = place / file.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copy)
