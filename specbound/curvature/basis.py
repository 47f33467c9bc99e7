"""Orthonormal vectors on a device, extended by one at a time and rotated at a restart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from specbound.curvature.operator import Operator

CHUNK = 2**20
"""Entries of a vector that are converted to float64 at a time, so that no float64 copy of a basis is ever made."""

MEMORY = 2**30
"""Bytes that the vectors of a search take at most, unless fewer than :data:`FEWEST` would fit."""
FEWEST, MOST = 8, 256
"""Vectors in a basis, at least and at most."""


def capacity(operator: Operator, entries: int) -> int:
    """How many vectors of that many entries a search keeps before it restarts."""
    return max(FEWEST, min(MOST, MEMORY // (entries * operator.dtype.itemsize)))


def start(operator: Operator, seed: int) -> tuple[Tensor, float]:
    """The float64 vector that a search starts from, and its norm: random, plus the operator's hint where it has one.

    The random part, a Gaussian vector over its norm, is drawn on the CPU, so a seed means the same on every device.
    """
    generator = torch.Generator().manual_seed(seed)
    vector = torch.randn(operator.shape[1], dtype=torch.float64, generator=generator).to(operator.device)
    vector /= torch.linalg.vector_norm(vector)
    if operator.hint is not None:
        hint = operator.hint.double()
        vector += torch.nan_to_num(hint / torch.linalg.vector_norm(hint))
    return vector, float(torch.linalg.vector_norm(vector))


class Basis:
    """Orthonormal rows in the operator's dtype, with coefficients and norms summed in float64."""

    def __init__(self, capacity: int, size: int, dtype: torch.dtype, device: torch.device) -> None:
        self._rows = torch.empty(capacity, size, dtype=dtype, device=device)
        self.count = 0

    def __getitem__(self, index: int) -> Tensor:
        return self._rows[: self.count][index]

    @property
    def full(self) -> bool:
        """Whether there is no room for another vector."""
        return self.count == len(self._rows)

    def append(self, vector: Tensor, norm: float) -> None:
        """Adds ``vector / norm``; the vector is orthogonal to all before and of that norm."""
        self._rows[self.count] = vector / norm
        self.count += 1

    def orthogonalised(self, vector: Tensor) -> tuple[Tensor, NDArray[np.float64], float]:
        """The part of a float64 vector orthogonal to the basis, the coefficients of the rest, and the part's norm.

        Two passes of classical Gram–Schmidt, which suffice for orthogonality to working accuracy (Giraud, Langou,
        Rozložník and van den Eshof, Numer. Math. 101, 2005).
        """
        vector = vector.clone()
        total = np.zeros(self.count)
        for _ in range(2):
            coefficients = torch.zeros(self.count, dtype=torch.float64, device=vector.device)
            for rows, piece in self._pieces(vector):
                coefficients += rows @ piece
            for rows, piece in self._pieces(vector):
                piece -= coefficients @ rows
            total += coefficients.cpu().numpy()
        return vector, total, float(torch.linalg.vector_norm(vector))

    def combined(self, coefficients: NDArray[np.float64]) -> Tensor:
        """The unit vector along ``Σ coefficient · row``, in float64."""
        weights = torch.as_tensor(coefficients, device=self._rows.device)
        result = torch.zeros(self._rows.shape[1], dtype=torch.float64, device=self._rows.device)
        for rows, piece in self._pieces(result):
            piece += weights @ rows
        return result / torch.linalg.vector_norm(result)

    def rotate(self, coefficients: NDArray[np.float64]) -> None:
        """Replaces the rows by their combinations with orthonormal columns of ``coefficients``."""
        weights = torch.as_tensor(coefficients.T.copy(), device=self._rows.device)
        kept = len(weights)
        for start in range(0, self._rows.shape[1], CHUNK):
            piece = self._rows[: self.count, start : start + CHUNK]
            piece[:kept] = (weights @ piece.double()).to(piece.dtype)
        self.count = kept

    def _pieces(self, vector: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Matching pieces of all rows, in float64, and of a vector, to be read or changed."""
        for start in range(0, len(vector), CHUNK):
            yield self._rows[: self.count, start : start + CHUNK].double(), vector[start : start + CHUNK]
