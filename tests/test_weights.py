import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from specbound.core.errors import InvalidInput
from specbound.weights import gaussian, read_matrices


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_every_dtype_is_read_exactly(tmp_path: Path, dtype: torch.dtype) -> None:
    tensor = torch.randn(3, 2, generator=torch.Generator().manual_seed(0)).to(dtype)
    save_file({"w": tensor}, tmp_path / "w.safetensors")
    read = read_matrices(tmp_path / "w.safetensors")["w"]
    assert read.dtype == np.float64
    np.testing.assert_array_equal(read, tensor.to(torch.float64).numpy())


def test_only_floating_matrices_are_read_in_natural_order(tmp_path: Path) -> None:
    tensors = {f"layer.{n}.weight": torch.ones(2, 2) for n in (10, 2, 1)}
    tensors |= {"bias": torch.ones(3), "kernel": torch.ones(2, 2, 2), "ids": torch.ones(2, 2, dtype=torch.int64)}
    save_file(tensors, tmp_path / "w.safetensors")
    assert list(read_matrices(tmp_path / "w.safetensors")) == [f"layer.{n}.weight" for n in (1, 2, 10)]


def test_a_sharded_checkpoint_is_read_through_its_index(tmp_path: Path) -> None:
    save_file({"a": torch.ones(2, 2)}, tmp_path / "one.safetensors")
    save_file({"b": torch.ones(3, 2)}, tmp_path / "two.safetensors")
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}))
    assert {name: matrix.shape for name, matrix in read_matrices(index).items()} == {"a": (2, 2), "b": (3, 2)}
    (tmp_path / "two.safetensors").unlink()
    with pytest.raises(InvalidInput, match="which the index names"):
        read_matrices(index)


def _good(path: Path) -> bytes:
    save_file({"w": torch.ones(4, 4)}, path)
    return path.read_bytes()


def test_files_that_cannot_be_used_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    good = _good(path)
    torch.save({"w": torch.ones(2)}, tmp_path / "weights.pt")
    contents = {
        "is empty": b"",
        "may be truncated": good[:-8],
        "cannot be read as safetensors": b"not a checkpoint at all",
        "is a pickle, which can run code": (tmp_path / "weights.pt").read_bytes(),
    }
    for message, content in contents.items():
        path.write_bytes(content)
        with pytest.raises(InvalidInput, match=message):
            read_matrices(path)
    for cut in (4, 8, 20, len(good) // 2):
        path.write_bytes(good[:cut])
        with pytest.raises(InvalidInput, match=r"w\.safetensors"):
            read_matrices(path)


def test_an_old_pickle_is_refused_too(tmp_path: Path) -> None:
    import pickle

    for protocol in range(2, 6):
        (tmp_path / "w.bin").write_bytes(pickle.dumps({"w": 1}, protocol=protocol))
        with pytest.raises(InvalidInput, match="pickle"):
            read_matrices(tmp_path / "w.bin")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_entries_that_are_not_finite_are_refused(tmp_path: Path, value: float) -> None:
    save_file({"w": torch.tensor([[1.0, value]])}, tmp_path / "w.safetensors")
    with pytest.raises(InvalidInput, match="w has entries that are NaN or infinite"):
        read_matrices(tmp_path / "w.safetensors")


def test_missing_files_and_files_without_matrices_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no file at"):
        read_matrices(tmp_path / "absent.safetensors")
    save_file({"bias": torch.ones(3)}, tmp_path / "w.safetensors")
    with pytest.raises(InvalidInput, match="holds no matrices"):
        read_matrices(tmp_path / "w.safetensors")
    (tmp_path / "index.json").write_text('{"weights": []}')
    with pytest.raises(InvalidInput, match="not an index"):
        read_matrices(tmp_path / "index.json")


def test_gaussian_matrices_have_the_shapes_and_the_seed() -> None:
    shapes = {"a": (2, 3), "b": (4, 4)}
    one, two, other = gaussian(shapes, 0), gaussian(shapes, 0), gaussian(shapes, 1)
    assert {name: matrix.shape for name, matrix in one.items()} == shapes
    np.testing.assert_array_equal(one["b"], two["b"])
    assert not np.array_equal(one["b"], other["b"])
