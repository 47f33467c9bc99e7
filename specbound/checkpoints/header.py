"""The header of a safetensors file: which tensors lie where. Written and checked here, so that files can be streamed.

Format: https://github.com/huggingface/safetensors#format. Eight bytes say how long the header is, little-endian; the
header is JSON; then come the tensors without gaps, in row-major order, little-endian.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specbound.core.errors import InvalidInput

BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("BOOL", "I8", "U8", "F8_E4M3", "F8_E5M2", "F8_E8M0"), 8),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}
"""Bits of a value, by the name of its type."""

FLOATS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
"""The types that are computed with, and what torch calls them."""

TYPES = {
    **FLOATS,
    **{"I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool", "C64": "complex64"},
    **{"F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2"},
}
"""The types that torch has, and what it calls them."""

LONGEST = 100_000_000
"""Bytes that the reference reader takes at most for a header."""

PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
"""How files written by torch.save and pickle begin."""


@dataclass(frozen=True)
class Entry:
    """One tensor: its type, its shape, and the first and the last byte, one beyond, counted from the first tensor's."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int


@dataclass(frozen=True)
class Header:
    """The tensors of a file by name, in the order in which they lie, its metadata, and where the first one begins."""

    entries: Mapping[str, Entry]
    metadata: Mapping[str, str]
    begin: int


def read_header(path: Path) -> Header:
    """The header of a file, checked against itself and the file's size.

    **Raises.** :class:`InvalidInput` for a file that is missing, empty, a pickle, truncated, longer than its header
    says, or with a header that is no JSON or names a tensor twice, of unknown type, in a place that does not fit its
    shape, or with gaps or overlaps between them.
    """
    if not path.is_file():
        raise InvalidInput(f"no file at {path}; give a .safetensors file, its folder or its .index.json")
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = stream.read(8)
        if not start:
            raise InvalidInput(f"{path} is empty; required: a safetensors file")
        length = int.from_bytes(start, "little")
        if len(start) < 8 or length > min(size - 8, LONGEST):
            # Only then: a header may be as long as these bytes say, b"\x80\x02" being 640.
            if start.startswith(PICKLES):
                raise InvalidInput(
                    f"{path} is a pickle, which can run code when it is read, and is refused; "
                    "save the tensors with safetensors.torch.save_file"
                )
            raise _broken(path, f"its first bytes announce a header of {length:,} bytes, which it does not hold")
        text = stream.read(length)
    try:
        parsed = json.loads(text.decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise _broken(path, f"its header: {error}") from None
    if not isinstance(parsed, dict):
        raise _broken(path, "its header is no JSON object")
    metadata = parsed.pop("__metadata__", None)
    metadata = {} if metadata is None else metadata
    if not isinstance(metadata, dict) or not all(map(_is_text, (*metadata, *metadata.values()))):
        raise _broken(path, "its metadata does not map strings to strings")
    entries = sorted((_entry(path, name, value) for name, value in parsed.items()), key=lambda e: (e.start, e.stop))
    end = 0
    for entry in entries:
        if entry.start != end:
            raise _broken(path, f"{entry.name} begins at byte {entry.start}, where {end} is due")
        end = entry.stop
    if 8 + length + end != size:
        raise _broken(path, f"its tensors end at byte {8 + length + end:,}, the file at {size:,}")
    return Header({entry.name: entry for entry in entries}, metadata, 8 + length)


def encoded(tensors: Iterable[tuple[str, str, tuple[int, ...]]], metadata: Mapping[str, str]) -> bytes:
    """The first bytes of a file that holds tensors of these names, types and shapes, one behind the other."""
    found: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    for name, dtype, shape in tensors:
        start, end = end, end + byte_count(dtype, shape)
        found[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    # Padded with spaces, so that the tensors begin at a multiple of eight bytes.
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def byte_count(dtype: str, shape: tuple[int, ...]) -> int:
    """How many bytes such a tensor takes."""
    return math.prod(shape) * BITS[dtype] // 8


def _entry(path: Path, name: str, value: Any) -> Entry:
    if not name.isprintable():
        raise _broken(path, f"the name {name!r} holds characters that cannot be printed")
    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data_offsets"}:
        raise _broken(path, f"{name} is not described by dtype, shape and data_offsets")
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BITS:
        raise _broken(path, f"{name} is of unknown type {dtype!r}")
    if not _whole(shape) or not _whole(offsets) or len(offsets) != 2:
        raise _broken(path, f"{name} has the shape {shape!r} and the place {offsets!r}")
    if (offsets[1] - offsets[0]) * 8 != math.prod(shape) * BITS[dtype]:
        raise _broken(path, f"{name} takes {offsets[1] - offsets[0]:,} bytes, which does not fit {dtype} of {shape}")
    return Entry(name, dtype, tuple(shape), offsets[0], offsets[1])


def _whole(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 2**63 for value in values)


def _is_text(value: Any) -> bool:
    """Whether it is a string of whole characters: JSON can escape halves of them, which UTF-8 has no bytes for."""
    return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members of a JSON object; raises ValueError where a name is used twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} is used twice")
    return found


def _broken(path: Path, what: str) -> InvalidInput:
    return InvalidInput(f"{path} cannot be read as safetensors ({what}); it may be truncated or damaged: get it again")
