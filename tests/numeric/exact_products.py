"""Products of small float64 matrices in rationals, and the norms of what is left, sharing no code with the library."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

import mpmath
import numpy as np

Exact: TypeAlias = list[list[Fraction]]


def exact(matrix: np.ndarray) -> Exact:
    return [[Fraction(x) for x in row] for row in np.asarray(matrix, dtype=float).tolist()]


def product(left: Exact, right: Exact) -> Exact:
    columns = transposed(right)
    return [[sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in columns] for row in left]


def difference(left: Exact, right: Exact) -> Exact:
    return [[a - b for a, b in zip(p, q, strict=True)] for p, q in zip(left, right, strict=True)]


def transposed(matrix: Exact) -> Exact:
    return [list(column) for column in zip(*matrix, strict=True)]


def weighted(matrix: Exact, values: Sequence[float]) -> Exact:
    """Columns times values."""
    return [[a * Fraction(float(s)) for a, s in zip(row, values, strict=True)] for row in matrix]


def identity(size: int) -> Exact:
    return [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]


def square_sum(matrix: Exact) -> Fraction:
    """The square of the Frobenius norm."""
    return sum((a * a for row in matrix for a in row), Fraction(0))


def spectral_norm(matrix: Exact) -> mpmath.mpf:
    """To some 75 digits."""
    with mpmath.workdps(90):
        rows = [[mpmath.mpf(a.numerator) / a.denominator for a in row] for row in matrix]
        if not any(a for row in rows for a in row):
            return mpmath.mpf(0)
        square = mpmath.matrix(rows if len(rows) >= len(rows[0]) else list(map(list, zip(*rows, strict=True))))
        return max(abs(s) for s in mpmath.svd_r(square, compute_uv=False))
