"""Checkpoints in folders: what is read, and every way in which an index and its files can disagree."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from specbound.checkpoints import open_checkpoint
from specbound.core.errors import InvalidInput

INDEX = "model.safetensors.index.json"
MAP = {"a.weight": "one.safetensors", "b.10": "two.safetensors", "b.9": "one.safetensors"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "model"
    place.mkdir()
    for file in ("one.safetensors", "two.safetensors"):
        save_file({name: torch.ones(2, 2) for name in MAP if MAP[name] == file}, place / file)
    _index(place, MAP)
    return place


def _index(folder: Path, weight_map: Any, **more: Any) -> None:
    (folder / INDEX).write_text(json.dumps({"weight_map": weight_map, **more}))


def test_a_folder_and_its_index_are_the_same_checkpoint(folder: Path) -> None:
    whole, indexed = open_checkpoint(folder), open_checkpoint(folder / INDEX)
    assert list(whole.places) == list(indexed.places) == ["a.weight", "b.9", "b.10"]
    assert whole.is_folder
    assert not indexed.is_folder
    assert torch.equal(whole.tensor("b.10"), torch.ones(2, 2))
    with pytest.raises(InvalidInput, match=r"unknown tensor 'b\.11'"):
        whole.tensor("b.11")


def test_a_folder_with_one_file_needs_no_index(folder: Path) -> None:
    (folder / INDEX).unlink()
    (folder / "two.safetensors").unlink()
    assert list(open_checkpoint(folder).places) == ["a.weight", "b.9"]


def test_shards_may_be_links_as_in_the_cache_of_the_hub(folder: Path) -> None:
    (folder / "two.safetensors").rename(folder.parent / "0f3c")
    (folder / "two.safetensors").symlink_to(folder.parent / "0f3c")
    assert len(open_checkpoint(folder).places) == 3


def test_a_folder_named_as_a_file_is_a_folder(folder: Path) -> None:
    for name in ("model.json", "model.safetensors"):
        folder = folder.rename(folder.with_name(name))
        assert len(open_checkpoint(folder).places) == 3


def _text(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / INDEX).write_text(text)


def _mapped(**changes: Any) -> Callable[[Path], object]:
    kept = {name: file for name, file in {**MAP, **changes}.items() if file != ""}
    return lambda folder: _index(folder, kept)


def _twin(folder: Path) -> None:
    save_file({"b.10": torch.ones(2, 2), "a.weight": torch.ones(2, 2)}, folder / "two.safetensors")


NO_INDEX = "is not an index of shards; required: a JSON object with a weight_map"
REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing shard": (
        lambda folder: (folder / "two.safetensors").unlink(),
        r"no file at .*two\.safetensors, which the",
    ),
    "shard of another name": (_mapped(**{"b.9": "three.safetensors"}), r"no file at .*three\.safetensors, which the"),
    "tensor elsewhere": (
        _mapped(**{"b.9": "two.safetensors"}),
        r"says that b\.9 is in two\.safetensors, which does not",
    ),
    "tensor nowhere": (_mapped(c="one.safetensors"), r"says that c is in one\.safetensors, which does not hold it"),
    "tensor not named": (_mapped(**{"b.9": ""}), r"one\.safetensors holds b\.9, which .* does not name"),
    "tensor twice": (_twin, r"a\.weight is in one\.safetensors and in two\.safetensors; required: in one"),
    "shard in a folder": (_mapped(**{"b.9": "sub/one.safetensors"}), NO_INDEX),
    "shard by its place": (_mapped(**{"b.9": "/etc/passwd.safetensors"}), NO_INDEX),
    "shard above": (_mapped(**{"b.9": "../model/one.safetensors"}), NO_INDEX),
    "the folder above": (
        _mapped(**{"b.9": ".."}),
        r"names the shard '\.\.'; required: names that end in \.safetensors",
    ),
    "the folder itself": (_mapped(**{"b.9": "."}), NO_INDEX),
    "shard without a name": (lambda folder: _index(folder, {**MAP, "b.9": ""}), "names the shard ''; required"),
    "shard named as the record": (_mapped(**{"b.9": "specdef.json"}), "names the shard 'specdef.json'; required"),
    "shard named as the index": (_mapped(**{"b.9": INDEX}), "required: names that end in"),
    "zero byte in a name": (_mapped(**{"b.9": "one\0.safetensors"}), r"no file at .*one\\x00\.safetensors"),
    "half a character in a name": (_mapped(**{"b.9": "\ud800.safetensors"}), r"no file at .*\\ud800\.safetensors"),
    "line end in a name": (_mapped(**{"b.9": "a\nb.safetensors"}), r"no file at .*a\\nb\.safetensors"),
    "shard of a number": (_mapped(**{"b.9": 1}), NO_INDEX),
    "shard of a list": (_mapped(**{"b.9": ["one.safetensors"]}), NO_INDEX),
    "empty map": (lambda folder: _index(folder, {}), NO_INDEX),
    "map of a list": (lambda folder: _index(folder, ["a"]), NO_INDEX),
    "map of nothing": (lambda folder: _index(folder, None), NO_INDEX),
    "metadata in a list": (lambda folder: _index(folder, MAP, metadata=[1]), NO_INDEX),
    "metadata of nothing": (lambda folder: _index(folder, MAP, metadata=None), NO_INDEX),
    "no map": (_text("{}"), NO_INDEX),
    "a list": (_text("[]"), NO_INDEX),
    "a text": (_text('"weight_map"'), NO_INDEX),
    "cut": (_text('{"weight_map": {"a.weight": "one.s'), NO_INDEX),
    "empty index": (_text(""), NO_INDEX),
    "deep index": (_text('{"weight_map":' * 100_000), NO_INDEX),
    "name twice": (
        _text(json.dumps({"weight_map": MAP}).replace('"b.10":', '"b.9": "two.safetensors", "b.10":')),
        NO_INDEX,
    ),
    "no UTF-8": (lambda folder: (folder / INDEX).write_bytes(b"\xff"), NO_INDEX),
    "two indices": (
        lambda folder: _text("{}")(folder) and (folder / INDEX).rename(folder / f"b.{INDEX}") and _index(folder, MAP),
        rf"holds 2 indices: b\.{INDEX}, {INDEX}; give one of them",
    ),
    "several files without index": (
        lambda folder: (folder / INDEX).unlink(),
        r"holds one\.safetensors, two\.safetensors of \.safetensors and no index; required: one, or an index of all",
    ),
    "damaged shard": (
        lambda folder: (folder / "two.safetensors").write_bytes(b"1"),
        r"two\.safetensors cannot be read as safetensors",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_said_in_one_line(folder: Path, case: str) -> None:
    change, message = REFUSED[case]
    change(folder)
    with pytest.raises(InvalidInput, match=message) as refused:
        open_checkpoint(folder)
    assert str(refused.value).isprintable()


def test_folders_without_weights_and_places_with_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"holds none of \.safetensors and no index"):
        open_checkpoint(tmp_path)
    for name in ("absent", "absent.safetensors", INDEX):
        with pytest.raises(InvalidInput, match=f"no file at .*{name}; give"):
            open_checkpoint(tmp_path / name)
