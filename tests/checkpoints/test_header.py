"""Headers of safetensors files against the reference implementation, and every way in which they can be wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from specbound.checkpoints import open_checkpoint
from specbound.checkpoints.header import BITS, TYPES, encoded, read_header
from specbound.checkpoints.writing import Part, write_file
from specbound.core.errors import InvalidInput

SHAPES = [(), (0,), (3, 0, 2), (1,), (3,), (2, 5), (2, 1, 3)]
FOUR = {"w": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}


def _raw(header: Any, data: bytes = b"1234") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def _entry(dtype: Any = "U8", shape: Any = (4,), offsets: Any = (0, 4)) -> dict[str, Any]:
    return {"w": {"dtype": dtype, "shape": shape, "data_offsets": offsets}}


def _bytes_of(tensor: torch.Tensor) -> bytes:
    return tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""


def _example(dtype: str, shape: tuple[int, ...]) -> torch.Tensor:
    numbers = torch.arange(torch.Size(shape).numel()).reshape(shape)
    return (numbers % 2 if dtype == "BOOL" else numbers).to(getattr(torch, TYPES[dtype]))


@pytest.mark.parametrize("dtype", TYPES)
def test_every_type_and_shape_is_read_as_the_reference_writes_it(tmp_path: Path, dtype: str) -> None:
    tensors = {f"t{number}": _example(dtype, shape) for number, shape in enumerate(SHAPES)}
    save_file(tensors, tmp_path / "w.safetensors", {"format": "pt"})
    checkpoint = open_checkpoint(tmp_path / "w.safetensors")
    assert read_header(tmp_path / "w.safetensors").metadata == {"format": "pt"}
    assert list(checkpoint.places) == list(tensors)
    for name, tensor in tensors.items():
        found = checkpoint.tensor(name)
        assert (found.dtype, found.shape) == (tensor.dtype, tensor.shape)
        assert _bytes_of(found) == _bytes_of(tensor) == b"".join(checkpoint.content(name))


def test_the_reference_reads_what_is_written_in_every_type_and_shape(tmp_path: Path) -> None:
    tensors = {f"{dtype}.{n}": (dtype, _example(dtype, s)) for dtype in TYPES for n, s in enumerate(SHAPES)}
    parts = [Part(n, dtype, tuple(t.shape), lambda t=t: [_bytes_of(t)]) for n, (dtype, t) in tensors.items()]
    write_file(tmp_path / "w.safetensors", parts, {"über": "σ\n"})
    with safe_open(tmp_path / "w.safetensors", "pt") as stream:
        assert stream.metadata() == {"über": "σ\n"}
    found = load_file(tmp_path / "w.safetensors")
    assert set(found) == set(tensors)
    for name, (_, tensor) in tensors.items():
        assert (found[name].dtype, found[name].shape) == (tensor.dtype, tensor.shape)
        assert _bytes_of(found[name]) == _bytes_of(tensor)


@pytest.mark.parametrize("dtype", BITS)
def test_types_that_torch_lacks_pass_through(tmp_path: Path, dtype: str) -> None:
    data = bytes(range(8 * BITS[dtype] // 8))
    (tmp_path / "w.safetensors").write_bytes(encoded([("w", dtype, (8,))], {}) + data)
    checkpoint = open_checkpoint(tmp_path / "w.safetensors")
    assert b"".join(checkpoint.content("w")) == data
    with safe_open(tmp_path / "w.safetensors", "pt") as stream:
        assert stream.get_slice("w").get_dtype() == dtype
    if dtype not in TYPES:
        with pytest.raises(InvalidInput, match=f"stored as {dtype}; required: one of"):
            checkpoint.tensor("w")


@pytest.mark.parametrize("length", [0x0280, 0x0380, 0x0480, 0x0580, 0x10280, 0x04034B50])
def test_headers_as_long_as_the_first_bytes_of_a_pickle_say_are_read(tmp_path: Path, length: int) -> None:
    content = _raw(json.dumps(FOUR).encode().ljust(length))
    assert content.startswith((b"\x80", b"PK\x03\x04"))
    (tmp_path / "w.safetensors").write_bytes(content)
    assert list(read_header(tmp_path / "w.safetensors").entries) == ["w"]


BOTH = {"a": FOUR["w"], "b": {"dtype": "U8", "shape": [2], "data_offsets": [4, 6]}}
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "a few bytes": (b"\x01\0\0", "announce a header"),
    "only a length": (_raw(b"", b"").replace(b"\0", b"\x05", 1), "announce a header of 5 bytes"),
    "length above the file": (_raw(FOUR)[:20], "announce a header"),
    "largest length": (b"\xff" * 8 + b"{}", "announce a header"),
    "length of nothing": (bytes(8), "its header: Expecting value"),
    "length too small": ((20).to_bytes(8, "little") + _raw(FOUR)[8:], "its header: "),
    "length too large": ((56).to_bytes(8, "little") + _raw(FOUR)[8:], "its header: "),
    "zip": (b"PK\x03\x04\x00\x00\x08\x08" + bytes(40), "is a pickle"),
    "no JSON": (_raw(b"{'w': 1}"), "its header: "),
    "no UTF-8": (_raw(b'{"\xff": 1}'), "its header: "),
    "byte order mark": (_raw(b"\xef\xbb\xbf" + json.dumps(FOUR).encode()), "its header: "),
    "deep": (_raw(b'{"a":' * 100_000), "its header: "),
    "a list": (_raw([1]), "no JSON object"),
    "a number": (_raw(b"7"), "no JSON object"),
    "many digits": (_raw(b'{"a": ' + b"9" * 5000 + b"}"), "its header: "),
    "tensor twice": (_raw(b'{"w": 1, "w": 2}'), "the name 'w' is used twice"),
    "key twice": (
        _raw(json.dumps(FOUR).replace('"shape"', '"dtype": "U8", "shape"').encode()),
        "'dtype' is used twice",
    ),
    "metadata twice": (_raw(b'{"__metadata__": {}, "__metadata__": {}}', b""), "'__metadata__' is used twice"),
    "metadata of numbers": (_raw({"__metadata__": {"a": 1}, **FOUR}), "strings to strings"),
    "metadata in a list": (_raw({"__metadata__": ["a"], **FOUR}), "strings to strings"),
    "half a character in metadata": (_raw({"__metadata__": {"a": "\ud800"}, **FOUR}), "strings to strings"),
    "half a character in a key": (_raw({"__metadata__": {"\udfff": "a"}, **FOUR}), "strings to strings"),
    "half a character in a name": (_raw({"\ud800": FOUR["w"]}), "cannot be printed"),
    "line end in a name": (_raw({"a\nb": FOUR["w"]}), "cannot be printed"),
    "entry of nothing": (_raw({"w": None}), "not described"),
    "entry lacks its place": (_raw({"w": {"dtype": "U8", "shape": [4]}}), "not described"),
    "entry says more": (_raw({"w": {**FOUR["w"], "strides": [1]}}), "not described"),
    "unknown type": (_raw(_entry("F31")), "unknown type 'F31'"),
    "type of torch": (_raw(_entry("float32", (1,))), "unknown type 'float32'"),
    "type in a list": (_raw(_entry(["U8"])), "unknown type"),
    "shape of text": (_raw(_entry(shape="4")), "the shape '4'"),
    "shape of halves": (_raw(_entry(shape=[4.0])), r"the shape \[4.0\]"),
    "shape of truths": (_raw(_entry(shape=[4, True])), r"the shape \[4, True\]"),
    "shape of infinities": (_raw(_entry(shape=[float("inf")])), r"the shape \[inf\]"),
    "negative shape": (_raw(_entry(shape=[-2, -2])), r"the shape \[-2, -2\]"),
    "huge shape": (_raw(_entry(shape=[2**63])), "the shape"),
    "shape that overflows to its size": (_raw(_entry(shape=[2**62, 4, 4])), "which does not fit"),
    "huge empty shape": (_raw(_entry(shape=[0, 2**62, 2**62])), "takes 4 bytes, which does not fit"),
    "one offset": (_raw(_entry(offsets=[0])), "the place"),
    "three offsets": (_raw(_entry(offsets=[0, 4, 4])), "the place"),
    "offset of truth": (_raw(_entry(shape=[1], offsets=[False, True])), "the place"),
    "negative offset": (_raw(_entry(offsets=[-4, 0])), "the place"),
    "offsets the wrong way": (_raw(_entry(offsets=[4, 0])), "takes -4 bytes"),
    "shape too small": (_raw(_entry(shape=[3])), "takes 4 bytes, which does not fit U8"),
    "type too wide": (_raw(_entry("F32")), "takes 4 bytes, which does not fit F32"),
    "half a byte": (_raw(_entry("F4", (7,))), "does not fit F4"),
    "gap at the start": (_raw(_entry(offsets=[2, 6]), b"123456"), "w begins at byte 2, where 0 is due"),
    "gap between": (_raw({**BOTH, "b": {**BOTH["b"], "data_offsets": [5, 7]}}, b"1234567"), "b begins at byte 5"),
    "overlap": (_raw({**BOTH, "b": {**BOTH["b"], "data_offsets": [3, 5]}}, b"12345"), "b begins at byte 3"),
    "same place": (_raw({"a": FOUR["w"], "b": FOUR["w"]}), "b begins at byte 0, where 4 is due"),
    "beyond the file": (_raw(_entry(shape=[2**40], offsets=[0, 2**40])), "its tensors end at byte"),
    "trailing byte": (_raw(FOUR, b"12345"), "the file at"),
    "missing byte": (_raw(FOUR, b"123"), "the file at"),
    "no tensors but bytes": (_raw({}), "the file at"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, case: str) -> None:
    content, message = REFUSED[case]
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=message) as refused:
        read_header(path)
    assert str(refused.value).startswith(f"{path} ")
    assert str(refused.value).isprintable()
    # What is refused here the reference refuses too, but for what JSON and terminals make of names.
    if case not in ("key twice", "metadata twice", "tensor twice", "line end in a name", "entry says more"):
        with pytest.raises(SafetensorError), safe_open(path, "pt"):
            pass


def test_metadata_of_nothing_is_none_as_for_the_reference(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(_raw({"__metadata__": None, **FOUR}))
    assert read_header(tmp_path / "w.safetensors").metadata == {}


def test_a_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file({"a": torch.ones(3), "b": torch.ones(2, 2)}, path, {"format": "pt"})
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        with pytest.raises(InvalidInput):
            read_header(path)


@pytest.mark.parametrize("kind", ["missing", "a folder", "a broken link"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "w.safetensors"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a broken link":
        path.symlink_to(tmp_path / "absent")
    with pytest.raises(InvalidInput, match=r"no file at .*w\.safetensors; give a \.safetensors file"):
        read_header(path)


def test_a_file_that_shrinks_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file({"a": torch.ones(100)}, path)
    checkpoint = open_checkpoint(path)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(InvalidInput, match="ended within a"):
        checkpoint.tensor("a")
    with pytest.raises(InvalidInput, match="ended within a"):
        list(checkpoint.content("a"))
