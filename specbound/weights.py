"""Weight matrices from files: safetensors in any floating dtype, one file or sharded, exactly as float64."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from specbound.core.errors import InvalidInput

Matrix: TypeAlias = npt.NDArray[np.float64]

PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
"""How files written by torch.save and pickle begin."""


def read_matrices(path: Path) -> dict[str, Matrix]:
    """All matrices (tensors with two axes) of a safetensors file, by name in natural order.

    **Parameters.** ``path``: a ``.safetensors`` file, or the ``.safetensors.index.json`` of a sharded one.
    **Returns.** float64 arrays, shape ``(rows, columns)``. **Accuracy.** Exact for float64, float32, bfloat16, float16.
    **Raises.** :class:`InvalidInput` for a file that is missing, empty, truncated, a pickle, without matrices, or with
    entries that are not finite.
    """
    found: dict[str, Matrix] = {}
    for shard in _shards(path):
        for name, matrix in _matrices_in(shard):
            if not bool(np.isfinite(matrix).all()):
                raise InvalidInput(f"{shard}: {name} has entries that are NaN or infinite; required: finite entries")
            found[name] = matrix
    if not found:
        raise InvalidInput(f"{path} holds no matrices; required: at least one floating tensor with two axes")
    return dict(sorted(found.items(), key=lambda item: _natural(item[0])))


def gaussian(shapes: Mapping[str, tuple[int, int]], seed: int) -> dict[str, Matrix]:
    """Matrices of the given shapes with independent standard Gaussian entries, float64."""
    generator = np.random.default_rng(seed)
    return {name: generator.standard_normal(shape) for name, shape in shapes.items()}


def _shards(path: Path) -> list[Path]:
    if not path.is_file():
        raise InvalidInput(f"no file at {path}; give a .safetensors file or its .index.json")
    if path.suffix != ".json":
        return [path]
    try:
        index = json.loads(path.read_text(encoding="utf-8"))["weight_map"]
        return [path.parent / shard for shard in sorted(set(index.values()))]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{path} is not an index of shards; required: a JSON object with a weight_map") from error


def _matrices_in(path: Path) -> Iterator[tuple[str, Matrix]]:
    if not path.is_file():
        raise InvalidInput(f"no file at {path}, which the index names; put all shards beside it")
    with path.open("rb") as stream:
        start = stream.read(4)
    if not start:
        raise InvalidInput(f"{path} is empty; required: a safetensors file")
    if start.startswith(PICKLES):
        raise InvalidInput(
            f"{path} is a pickle, which can run code when it is read, and is refused; "
            "save the tensors with safetensors.torch.save_file"
        )
    # torch converts bfloat16, which NumPy does not know; it is imported here so that nothing else waits for it.
    import torch
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118 (the handle is no mapping)
                if len(tensors.get_slice(name).get_shape()) == 2:
                    tensor = tensors.get_tensor(name)
                    if tensor.is_floating_point() and tensor.numel():
                        yield name, tensor.to(torch.float64).numpy()
    except SafetensorError as error:
        raise InvalidInput(f"{path} cannot be read as safetensors ({error}); it may be truncated") from error


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts layer.10 behind layer.2."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
