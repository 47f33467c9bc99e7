"""Matrices of fractions or of balls."""

from __future__ import annotations

from typing import Any

import flint
import numpy as np

from specbound.numeric.balls.scalar import fraction


class BallMatrix:
    """A real matrix: exact fractions, or balls. ``shape`` and ``mT`` as for arrays."""

    def __init__(self, entries: Any) -> None:
        self.entries = entries

    @classmethod
    def exact(cls, rows: Any) -> BallMatrix:
        """From nested lists or an array of integers, fractions and finite floats, each taken for the number it is.

        **Raises.** ``ValueError`` for rows of different length, a NaN or an infinity, ``TypeError`` for other entries.
        """
        values = np.array(rows, dtype=object)
        if values.ndim != 2:
            raise ValueError(f"an exact matrix from {rows!r}; required: rows of equal length")
        rows_count, columns_count = values.shape
        return cls(flint.fmpq_mat(rows_count, columns_count, [fraction(value) for value in values.flat]))

    @property
    def is_exact(self) -> bool:
        return isinstance(self.entries, flint.fmpq_mat)

    @property
    def shape(self) -> tuple[int, int]:
        return self.entries.nrows(), self.entries.ncols()

    @property
    def mT(self) -> BallMatrix:  # noqa: N802 (the array API's name)
        return BallMatrix(self.entries.transpose())

    def balls(self) -> Any:
        """The entries as ``flint.arb_mat``."""
        return flint.arb_mat(self.entries) if self.is_exact else self.entries

    def fractions(self) -> list[list[str]]:
        """The entries of an exact matrix as text, such as ``1/2``."""
        return [[str(entry) for entry in row] for row in self.entries.tolist()]
