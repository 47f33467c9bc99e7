"""Damaged checkpoints through every command: a valid result, or one line and nothing left."""

import contextlib
import copy
import io
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from torch import nn

from specbound import load_locked
from specbound.checkpoints import open_checkpoint
from specbound.cli import main
from specbound.core.errors import InvalidInput
from specbound.locking.checkpoint import lock_checkpoint
from specbound.locking.pair import Spec
from tests.locking.examples import drawn, held, saved, sharded

INDEX, RECORD = "model.safetensors.index.json", "specdef.json"
NAMES = ["a.weight", "a.locked.weight", "a.compensator.weight", "a.bias", "b.weight", "b.locked.weight", "weight"]
NAMES += [".weight", ".locked.weight", ".compensator.weight", "", "a.locked", "x\ny.weight", "\ud800", "σ.weight"]
VALUES: list[Any] = [None, True, -1, 0, 1, 2, 3, 6, 24, 2**31, 2**62, 2**63, 1e308, 0.5, "", "a", "F32", "BF16", "F64"]
VALUES += ["I8", "after", "before", "../x", "specdef.json", [], {}, [1], [0, 4], [6, 4], [[]], {"a": 1}, "\ud800", "\n"]
Mutation = Callable[[random.Random, Path], None]


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four checkpoints: a file and a folder, plain and locked."""
    at = tmp_path_factory.mktemp("originals")
    shapes = {"a": (6, 4), "b": (4, 4), "c": (4, 2, 1, 2)}
    content = {f"{name}.weight": drawn(*shape).float() for name, shape in shapes.items()}
    content |= {"a.bias": drawn(6).float(), "steps": torch.tensor(3), "scale": drawn(3).to(torch.bfloat16)}
    (at / "file").mkdir()
    saved(at / "file" / "m.safetensors", content)
    sharded(at / "folder", content)
    (at / "locked file").mkdir()
    lock_checkpoint(at / "file" / "m.safetensors", at / "locked file" / "m.safetensors", ["*"], Spec(8.0, 1, "auto"))
    lock_checkpoint(at / "folder", at / "locked folder", ["*"], Spec(8.0, 1, "rotated", "before"))
    return at


def _weights(rng: random.Random, place: Path) -> Path:
    return rng.choice(sorted(place.glob("*.safetensors")))


def _parsed(content: bytes) -> tuple[dict[str, Any], bytes]:
    begin = 8 + int.from_bytes(content[:8], "little")
    return json.loads(content[8:begin]), content[begin:]


def _joined(header: Any, data: bytes) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def _flip(rng: random.Random, place: Path, header: bool) -> None:
    path = _weights(rng, place)
    content = bytearray(path.read_bytes())
    begin = 8 + int.from_bytes(content[:8], "little")
    for _ in range(rng.choice((1, 1, 2, 10))):
        position = rng.randrange(begin) if header else rng.randrange(begin, len(content))
        content[position] = rng.randrange(256)
    path.write_bytes(content)


def _cut(rng: random.Random, place: Path) -> None:
    path = _weights(rng, place)
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))] if rng.random() < 0.7 else content + rng.randbytes(8))


def _swap(rng: random.Random, place: Path) -> None:
    path = _weights(rng, place)
    content = path.read_bytes()
    one, two, three = sorted(rng.sample(range(len(content)), 3))
    path.write_bytes(content[:one] + content[two:three] + content[one:two] + content[three:])


def _with_another_value(rng: random.Random, node: Any) -> Any:
    """The same JSON with a random part of it replaced."""
    if not isinstance(node, dict | list) or not node or rng.random() < 0.1:
        return rng.choice(VALUES)
    key = rng.choice(list(node) if isinstance(node, dict) else range(len(node)))
    changed = node.copy()
    if isinstance(node, dict) and rng.random() < 0.2:
        changed[rng.choice(NAMES)] = changed.pop(key)
    elif rng.random() < 0.1:
        del changed[key]
    else:
        changed[key] = _with_another_value(rng, node[key])
    return changed


def _header(rng: random.Random, place: Path) -> None:
    path = _weights(rng, place)
    header, data = _parsed(path.read_bytes())
    path.write_bytes(_joined(_with_another_value(rng, header), data))


def _beside(rng: random.Random, place: Path) -> None:
    """The index or the record."""
    path = rng.choice(sorted(place.glob("*.json")) or [place / INDEX])
    content = json.loads(path.read_text()) if path.exists() else {"weight_map": {"a.weight": "m.safetensors"}}
    path.write_text(json.dumps(_with_another_value(rng, content)))


def _names(rng: random.Random, place: Path) -> None:
    """A file that is whole, with other names; of an index too."""
    path = _weights(rng, place)
    header, data = _parsed(path.read_bytes())
    index = json.loads((place / INDEX).read_text()) if (place / INDEX).exists() else None
    for old in rng.sample(sorted(set(header) - {"__metadata__"}), rng.choice((1, 2))):
        new = rng.choice(NAMES)
        header[new] = header.pop(old)
        if index is not None:
            index["weight_map"][new] = index["weight_map"].pop(old)
            (place / INDEX).write_text(json.dumps(index))
    path.write_bytes(_joined(header, data))


def _types(rng: random.Random, place: Path) -> None:
    """A file that is whole, with tensors of other types or shapes in the same bytes."""
    path = _weights(rng, place)
    header, data = _parsed(path.read_bytes())
    entry = header[rng.choice(sorted(set(header) - {"__metadata__"}))]
    size = entry["data_offsets"][1] - entry["data_offsets"][0]
    dtype, width = rng.choice((("F64", 8), ("F32", 4), ("F16", 2), ("BF16", 2), ("I8", 1), ("F8_E4M3", 1), ("U16", 2)))
    count = size // width
    rows = rng.choice([n for n in range(1, count + 1) if count % n == 0] or [1])
    shape = rng.choice(([rows, count // rows], [rows, 1, count // rows], [count], [count // rows, rows], [1, count]))
    entry.update(dtype=dtype, shape=shape)
    path.write_bytes(_joined(header, data))


def _numbers(rng: random.Random, place: Path) -> None:
    """A file that is whole, with other numbers in one tensor."""
    path = _weights(rng, place)
    header, data = _parsed(path.read_bytes())
    entry = header[rng.choice(sorted(set(header) - {"__metadata__"}))]
    start, stop = entry["data_offsets"]
    value = rng.choice(
        (b"\0\0\0\0", b"\0\0\xc0\x7f", b"\0\0\x80\x7f", b"\xff\xff\x7f\x7f", b"\1\0\0\0", b"\0\0\x80\x3f")
    )
    filled = (value * (stop - start))[: stop - start]
    if rng.random() < 0.5:
        position = rng.randrange(0, stop - start, 2)
        filled = (data[start : start + position] + value + data[start + position + 4 : stop])[: stop - start]
    path.write_bytes(_joined(header, data[:start] + filled + data[stop:]))


MUTATIONS: dict[str, Mutation] = {
    "header bytes": lambda rng, place: _flip(rng, place, True),
    "data bytes": lambda rng, place: _flip(rng, place, False),
    "cut": _cut,
    "swapped": _swap,
    "header": _header,
    "beside": _beside,
    "names": _names,
    "types": _types,
    "numbers": _numbers,
}


def _assert_valid(target: Path) -> None:
    for shard in open_checkpoint(target).shards:
        with safe_open(shard, "pt") as stream:
            for name in stream.keys():  # noqa: SIM118 (it is no mapping)
                stream.get_slice(name).get_shape()


def _assert_told(arguments: list[str], at: Path, target: Path | None) -> int:
    before, errors = held(at), io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        code = main(arguments)
    said, after = errors.getvalue(), held(at)
    assert code in (0, 2), said
    if code == 2:
        assert said.startswith("specbound: ")
        assert said.endswith("\n")
        assert said.rstrip("\n").isprintable()
        assert after == before
    else:
        assert said == ""
        assert {name: after[name] for name in before} == before
        assert not any(".partial" in name for name in after)
        if target is not None:
            _assert_valid(target)
    return code


class _Model(nn.Module):
    """What the four checkpoints are of."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(4, 6)
        self.b = nn.Linear(4, 4, bias=False)
        self.c = nn.Conv2d(2, 4, (1, 2), bias=False)
        self.register_buffer("steps", torch.tensor(0))
        self.scale = nn.Parameter(torch.zeros(3, dtype=torch.bfloat16))


def _damaged(rng: random.Random, mutation: str, original: Path, place: Path) -> Path:
    shutil.copytree(original, place)
    for _ in range(rng.choice((1, 1, 1, 2))):
        # A second change may find no header to change.
        with contextlib.suppress(ValueError, KeyError, IndexError, TypeError, AttributeError):
            MUTATIONS[mutation](rng, place)
    return place / "m.safetensors" if "file" in original.name else place


def _hold(originals: Path, at: Path, count: int, seed: int) -> list[int]:
    codes = []
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        kind = rng.choice(sorted(path.name for path in originals.iterdir()))
        mutation = sorted(MUTATIONS)[number % len(MUTATIONS)]
        work = at / str(number)
        source = _damaged(rng, mutation, originals / kind, work / "model")
        end = source.suffix
        options = ["--alpha", rng.choice(("0.5", "3", "1e4")), "--k", rng.choice("12"), "--layers", rng.choice("*ab")]
        options += ["--form", rng.choice(("dense", "rotated", "auto")), "--side", rng.choice(("after", "before"))]
        options += rng.choice(([], ["--two-sided"], ["--dtype", "bfloat16"], ["--transposed"]))
        locked, unlocked = work / f"locked{end}", work / f"unlocked{end}"
        try:
            codes += [
                _assert_told(["inspect", str(source), *rng.choice(([], ["--json"]))], work, None),
                _assert_told(["lock", str(source), str(locked), *options], work, locked),
                _assert_told(["unlock", str(source), str(unlocked)], work, unlocked),
            ]
        except AssertionError as error:
            raise AssertionError(f"case {number} of seed {seed}, {mutation} of a {kind}, {options}: {error}") from error
        shutil.rmtree(work)
    return codes


def test_damaged_checkpoints_end_in_a_valid_result_or_in_one_line(originals: Path, tmp_path: Path) -> None:
    codes = _hold(originals, tmp_path, 252, 0)
    assert 100 < codes.count(0) < len(codes) - 100


@pytest.mark.slow
def test_many_damaged_checkpoints_end_in_a_valid_result_or_in_one_line(originals: Path, tmp_path: Path) -> None:
    _hold(originals, tmp_path, 3006, 1)


def test_damaged_checkpoints_are_loaded_whole_or_not_at_all(originals: Path, tmp_path: Path) -> None:
    model, loaded = _Model(), 0
    for number in range(360):
        rng = random.Random(f"load {number}")
        kind = ("locked file", "locked folder")[number % 2]
        mutation = sorted(MUTATIONS)[number % len(MUTATIONS)]
        source = _damaged(rng, mutation, originals / kind, tmp_path / str(number))
        into = copy.deepcopy(model)
        try:
            load_locked(into, source)
        except (InvalidInput, OSError):
            assert list(into.state_dict()) == list(model.state_dict()), (number, mutation)
            for name, tensor in into.state_dict().items():
                assert torch.equal(tensor, model.state_dict()[name]), (number, mutation, name)
        else:
            loaded += 1
            assert into.c(torch.ones(1, 2, 3, 3)).shape == (1, 4, 3, 2)
            assert into.b(into.a.weight[:, :4]).shape == (6, 4)
    assert 50 < loaded < 250
