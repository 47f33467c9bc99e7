"""What is done to large matrices in float64 a few rows at a time, so that no wide copy of one is made."""

from __future__ import annotations

import math

import torch
from torch import Tensor

PIECE = 2**18
"""Entries that are converted to float64 at a time."""


def pieces(matrix: Tensor) -> list[slice]:
    """Rows to work on at a time."""
    rows, columns = matrix.shape
    count = max(1, PIECE // columns)
    return [slice(start, min(start + count, rows)) for start in range(0, rows, count)]


def frobenius_norm(matrix: Tensor) -> float:
    """``‖A‖_F``, summed in float64."""
    return math.hypot(*(float(torch.linalg.matrix_norm(matrix[piece].to(torch.float64))) for piece in pieces(matrix)))


def all_finite(matrix: Tensor) -> bool:
    """Whether every entry is a number and finite."""
    return all(bool(torch.isfinite(matrix[piece]).all()) for piece in pieces(matrix))


def merged(left: Tensor, right: Tensor, dtype: torch.dtype) -> Tensor:
    """``left · right``, computed in float64 and rounded once."""
    found = torch.empty(len(left), right.shape[1], dtype=dtype, device=left.device)
    wide = right.to(torch.float64)
    for piece in pieces(left):
        found[piece] = left[piece].to(torch.float64) @ wide
    return found
