"""The number systems that work on floating-point arrays: one instance, or batches with gradients on any device."""

from __future__ import annotations

from typing import Any

from array_api_compat import array_namespace

from specbound.numeric.memo import Memo
from specbound.numeric.ops import Array, Counted, NotAvailable, Scalar, Term, checked_index, terms
from specbound.numeric.rounding import tolerance

LARGEST_KRONECKER = 10**6
"""Entries of a Kronecker product beyond which none is formed."""


class ArraySpectrum:
    """Singular values as an array ``(..., k)``."""

    def __init__(self, values: Array) -> None:
        self._values = values

    @property
    def count(self) -> int:
        return self._values.shape[-1]

    def value(self, index: int) -> Scalar:
        return _padded(self._values, checked_index(index))

    def smallest(self) -> Scalar:
        return self._values[..., -1]


class ArrayDecomposition(ArraySpectrum):
    """A thin SVD held as arrays ``u (..., m, k)``, ``s (..., k)``, ``vt (..., k, n)``."""

    def __init__(self, u: Array, s: Array, vt: Array) -> None:
        super().__init__(s)
        self._u, self._v = u, vt.mT
        self._cut: dict[tuple[int, int], Array] = {}

    def left(self, count: int) -> Array:
        return self._first(self._u, count)

    def right(self, count: int) -> Array:
        return self._first(self._v, count)

    def truncated(self, count: int) -> Array:
        return (self.left(count) * self._values[..., None, :count]) @ self.right(count).mT

    def _first(self, vectors: Array, count: int) -> Array:
        if not 1 <= count <= vectors.shape[-1]:
            raise NotAvailable(f"{count} singular vectors were asked for; there are {vectors.shape[-1]}")
        # The same array each time, so that a memo knows it again.
        return self._cut.setdefault((id(vectors), count), vectors[..., :, :count])


class ArrayOps(Counted):
    """Floating-point arrays of any array-API namespace: NumPy, or torch on any device, batched over leading axes.

    **Accuracy.** That of the namespace's LAPACK: each singular value within a modest multiple of
    ``u · max(rows, columns) · ‖M‖``. The errors of whole formulas are bounded in :mod:`specbound.numeric.rounding`.
    """

    def __init__(self, namespace: Any) -> None:
        self._xp = namespace

    @classmethod
    def of(cls, array: Array) -> ArrayOps:
        """The operations for the kind of array that is given.

        >>> import numpy as np
        >>> ops = ArrayOps.of(np.eye(2))
        >>> float(ops.singular_value(np.diag([1.0, 3.0]), 0))
        3.0
        """
        return cls(array_namespace(array))

    def sum(self, *terms: Array) -> Array:
        result = terms[0]
        for term in terms[1:]:
            result = result + term
        return result

    def difference(self, left: Array, right: Array) -> Array:
        return left - right

    def product(self, *factors: Array) -> Array:
        result = factors[0]
        for factor in factors[1:]:
            result = result @ factor
        return result

    def compression(self, matrix: Array, left: Array, right: Array) -> Array:
        return left.mT @ matrix @ right

    def leading(self, matrix: Array, rows: int, columns: int) -> Array:
        return matrix[..., :rows, :columns]

    def column(self, matrix: Array, index: int) -> Array:
        return matrix[..., :, checked_index(index), None]

    def kronecker(self, left: Array, right: Array) -> Array:
        rows, columns = left.shape[-2] * right.shape[-2], left.shape[-1] * right.shape[-1]
        if rows * columns > LARGEST_KRONECKER:
            raise NotAvailable(f"a Kronecker product of {rows} × {columns} is too large to be formed")
        blocks = left[..., :, None, :, None] * right[..., None, :, None, :]
        # Either factor may be an identity, which has no batch.
        return self._xp.reshape(blocks, (*blocks.shape[:-4], rows, columns))

    def transpose(self, matrix: Array) -> Array:
        return matrix.mT

    def scaled(self, number: Scalar, matrix: Array) -> Array:
        # A batch has a number for each of its matrices.
        return (number[..., None, None] if getattr(number, "ndim", 0) else number) * matrix

    def hadamard(self, left: Array, right: Array) -> Array:
        return left * right

    def absolute(self, matrix: Array) -> Array:
        return self._xp.abs(matrix)

    def solve(self, matrix: Array, columns: Array) -> Array:
        return self._xp.linalg.solve(matrix, columns)

    def identity(self, like: Array) -> Array:
        return self._xp.eye(like.shape[-2], dtype=like.dtype, device=like.device)

    def vec(self, matrix: Array) -> Array:
        return self._xp.reshape(matrix, (*matrix.shape[:-2], matrix.shape[-2] * matrix.shape[-1], 1))

    def entry(self, matrix: Array) -> Scalar:
        return matrix[..., 0, 0]

    def eigenvalue(self, matrix: Array, index: int) -> Scalar:
        return self._xp.linalg.eigvalsh(matrix)[..., matrix.shape[-1] - 1 - checked_index(index)]

    def singular_values(self, matrix: Array) -> ArraySpectrum:
        return ArraySpectrum(self._xp.linalg.svdvals(matrix))

    def singular_value(self, matrix: Array, index: int) -> Scalar:
        return self.singular_values(matrix).value(index)

    def svd(self, matrix: Array) -> ArrayDecomposition:
        return ArrayDecomposition(*self._xp.linalg.svd(matrix, full_matrices=False))

    def frobenius_norm(self, matrix: Array) -> Scalar:
        # Divided by the largest entry first: the squares of tiny entries would vanish.
        largest = self._xp.max(self._xp.abs(matrix), axis=(-2, -1))
        divisor = self._xp.where(largest > 0, largest, self._xp.ones_like(largest))
        return divisor * self._xp.linalg.matrix_norm(matrix / divisor[..., None, None])

    def cosine(self, subspace: Array, vector: Array) -> Scalar:
        return self._norm(subspace.mT @ vector)

    def sine(self, subspace: Array, vector: Array) -> Scalar:
        return self._norm(vector - subspace @ (subspace.mT @ vector))

    def orthonormal(self, columns: Array) -> Any:
        rows, count = columns.shape[-2:]
        identity = self._xp.eye(count, dtype=columns.dtype, device=columns.device)
        return self.frobenius_norm(columns.mT @ columns - identity) <= tolerance(columns.dtype, rows + count, 1.0)

    def contraction(self, matrix: Array) -> Any:
        return self.singular_value(matrix, 0) <= 1 + tolerance(matrix.dtype, sum(matrix.shape[-2:]), 1.0)

    def nonsingular(self, matrix: Array) -> Any:
        spectrum = self.singular_values(matrix)
        return spectrum.smallest() > tolerance(matrix.dtype, sum(matrix.shape[-2:]), spectrum.value(0))

    def bounded(self, matrix: Array) -> Any:
        return self._xp.all(self._xp.abs(matrix) <= 1, axis=(-2, -1))

    def at_least(self, larger: Scalar, smaller: Scalar, size: Scalar) -> Any:
        margin = larger - smaller
        return margin >= -tolerance(margin.dtype, 1, size)

    def sqrt(self, value: Scalar) -> Scalar:
        return self._xp.sqrt(value)

    def product_over(self, term: Term, *counts: int) -> Scalar:
        result = super().product_over(term, *counts)
        if not bool(self._xp.all(self._xp.isfinite(result))):
            raise NotAvailable("a product of so many numbers overflows")
        return result

    def largest_over(self, term: Term, *counts: int, index: int = 0) -> Scalar:
        values = self._xp.stack(list(terms(term, *counts)), axis=-1)
        return _padded(self._xp.sort(values, axis=-1, descending=True), checked_index(index))

    def _norm(self, column: Array) -> Scalar:
        return self._xp.linalg.vector_norm(column, axis=(-2, -1))


class MemoOps(ArrayOps):
    """Array operations that remember results, for one set of matrices seen by many formulas at many indices.

    The oldest results are forgotten once all of them together exceed ``limit`` bytes.
    """

    def __init__(self, namespace: Any, limit: int = 2**31) -> None:
        super().__init__(namespace)
        self._remember = Memo(limit)

    def sum(self, *terms: Array) -> Array:
        return self._remember(super().sum, terms)

    def difference(self, left: Array, right: Array) -> Array:
        return self._remember(super().difference, (left, right))

    def product(self, *factors: Array) -> Array:
        return self._remember(super().product, factors)

    def leading(self, matrix: Array, rows: int, columns: int) -> Array:
        return self._remember(super().leading, (matrix,), rows, columns)

    def transpose(self, matrix: Array) -> Array:
        return self._remember(super().transpose, (matrix,))

    def scaled(self, number: Scalar, matrix: Array) -> Array:
        known = isinstance(number, int | float)
        return self._remember(self._times, (matrix,), number) if known else super().scaled(number, matrix)

    def _times(self, matrix: Array, number: float) -> Array:
        return super().scaled(number, matrix)

    def singular_values(self, matrix: Array) -> ArraySpectrum:
        return self._remember(super().singular_values, (matrix,))

    def svd(self, matrix: Array) -> ArrayDecomposition:
        return self._remember(super().svd, (matrix,))

    def frobenius_norm(self, matrix: Array) -> Scalar:
        return self._remember(super().frobenius_norm, (matrix,))

    def orthonormal(self, columns: Array) -> Any:
        return self._remember(super().orthonormal, (columns,))


def _padded(values: Array, index: int) -> Scalar:
    if index < values.shape[-1]:
        return values[..., index]
    xp: Any = array_namespace(values)
    return xp.zeros_like(values[..., 0])
