"""Tensors as one flat vector, in their order, each flattened as torch does."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor


def flattened(tensors: Iterable[Tensor]) -> Tensor:
    """One vector of all entries."""
    return torch.cat([tensor.reshape(-1) for tensor in tensors])


def unflattened(vector: Tensor, like: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The vector's entries in tensors shaped like those given."""
    pieces = vector.split([tensor.numel() for tensor in like])
    return tuple(piece.view(tensor.shape) for piece, tensor in zip(pieces, like, strict=True))


def size(tensors: tuple[Tensor, ...]) -> int:
    """How many entries they have."""
    return sum(tensor.numel() for tensor in tensors)
