"""Weight matrices from files: safetensors in any floating dtype, one file or sharded, exactly as float64."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from specbound.checkpoints.folder import open_checkpoint
from specbound.checkpoints.header import FLOATS
from specbound.core.errors import InvalidInput

Matrix: TypeAlias = npt.NDArray[np.float64]


def read_matrices(path: Path) -> dict[str, Matrix]:
    """All matrices (tensors with two axes) of a safetensors checkpoint, by name in natural order.

    **Parameters.** ``path``: a ``.safetensors`` file, the ``.safetensors.index.json`` of a sharded one, or a folder.
    **Returns.** float64 arrays, shape ``(rows, columns)``. **Accuracy.** Exact for float64, float32, bfloat16, float16.
    **Raises.** :class:`InvalidInput` for a file that is missing, empty, truncated, a pickle, without matrices, or with
    entries that are not finite.
    """
    checkpoint = open_checkpoint(path)
    found: dict[str, Matrix] = {}
    for name, (shard, entry) in checkpoint.places.items():
        if len(entry.shape) != 2 or entry.dtype not in FLOATS or entry.start == entry.stop:
            continue
        matrix = checkpoint.tensor(name).double().numpy()
        if not bool(np.isfinite(matrix).all()):
            raise InvalidInput(f"{shard}: {name} has entries that are NaN or infinite; required: finite entries")
        found[name] = matrix
    if not found:
        raise InvalidInput(f"{path} holds no matrices; required: at least one floating tensor with two axes")
    return found


def gaussian(shapes: Mapping[str, tuple[int, int]], seed: int) -> dict[str, Matrix]:
    """Matrices of the given shapes with independent standard Gaussian entries, float64."""
    generator = np.random.default_rng(seed)
    return {name: generator.standard_normal(shape) for name, shape in shapes.items()}
