"""What a caller hands over, as the float64 matrix that it is, or an error that says why it cannot be one."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Matrix: TypeAlias = npt.NDArray[np.float64]


def exact_float64(matrix: Any) -> Matrix:
    """The matrix in float64, each entry the number that was given.

    **Parameters.** ``matrix``: shape ``(m, n)``, a NumPy array or nested lists of real floats or integers, or a torch
    tensor of any floating dtype on any device; float32, bfloat16 and float16 convert exactly.
    **Raises.** ``TypeError`` for anything else: complex numbers, objects, text; ``ValueError`` for a matrix that is
    empty or not two-dimensional, a NaN or an infinity, and numbers that float64 does not have.

    >>> exact_float64(np.array([[0.5, 3]], dtype=np.float16)).dtype.name
    'float64'
    """
    given = _array(matrix)
    if given.dtype.kind not in "fiu":
        raise TypeError(
            f"a matrix of dtype {given.dtype}; required: real numbers. Convert them, to float64 for example"
        )
    if given.ndim != 2 or 0 in given.shape:
        raise ValueError(f"an array of shape {given.shape}; required: two axes, (rows, columns), neither of them empty")
    found = given.astype(np.float64)
    if not bool(np.isfinite(found).all()):
        raise ValueError("the matrix has entries that are NaN or infinite; required: finite entries. Mend or drop them")
    if given.dtype.kind != "f" or given.dtype.itemsize > found.dtype.itemsize:
        # A comparison of NumPy would round the integers too: one by one, in Python.
        for one, other in zip(given.flat, found.flat, strict=True):
            if one.item() != other.item() if given.dtype.kind != "f" else one != other:
                raise ValueError(f"the entry {one!r} is no float64; required: numbers that convert exactly. Round them")
    return found


def _array(matrix: Any) -> npt.NDArray[Any]:
    if hasattr(matrix, "detach"):
        if not matrix.dtype.is_floating_point:
            raise TypeError(f"a tensor of dtype {matrix.dtype}; required: a floating dtype. Convert it, with .double()")
        return matrix.detach().cpu().double().numpy()
    if isinstance(matrix, np.ma.MaskedArray):
        raise TypeError("a masked array; required: all entries. Fill the masked ones first")
    return np.asarray(matrix)
