"""What a formula may ask of a number system, and the systems that work on arrays.

A statement writes its two sides once, against :class:`Ops`. Which numbers flow through it is decided by whoever
builds the instance: NumPy for one instance, torch for batches with gradients on any device, symbols for
derivations. A quantity that a system cannot give raises :class:`NotAvailable`; no system falls back in silence.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

from array_api_compat import array_namespace

Array: TypeAlias = Any
Scalar: TypeAlias = Any


class NotAvailable(Exception):
    """This number system cannot give the quantity that was asked for."""


class Decomposition(Protocol):
    """A singular value decomposition ``M = U diag(σ) Vᵀ`` with σ in descending order."""

    def value(self, index: Any) -> Scalar:
        """``σ_{index+1}(M)``: the index counts from 0; zero beyond ``min(rows, columns)``."""
        ...

    def smallest(self) -> Scalar:
        """``σ_{min(rows, columns)}(M)``, the last value that a decomposition computes."""
        ...

    def left(self, count: Any) -> Array:
        """The top ``count`` left singular vectors, shape ``(..., rows, count)``."""
        ...

    def right(self, count: Any) -> Array:
        """The top ``count`` right singular vectors, shape ``(..., columns, count)``."""
        ...


class Ops(Protocol):
    """The operations that a statement's two sides are made of, besides arithmetic on scalars and ``shape``."""

    def sum(self, *terms: Array) -> Array:
        """The sum of matrices of one shape."""
        ...

    def product(self, *factors: Array) -> Array:
        """The matrix product of all factors, from left to right."""
        ...

    def svd(self, matrix: Array) -> Decomposition:
        """Singular values and singular vectors."""
        ...

    def singular_value(self, matrix: Array, index: Any) -> Scalar:
        """``σ_{index+1}(matrix)``: the index counts from 0; zero beyond ``min(rows, columns)``."""
        ...

    def frobenius_norm(self, matrix: Array) -> Scalar:
        """``‖matrix‖_F``."""
        ...

    def cosine(self, subspace: Array, vector: Array) -> Scalar:
        """Cosine of the angle between a unit vector, shape ``(..., n, 1)``, and the span of orthonormal columns."""
        ...

    def sine(self, subspace: Array, vector: Array) -> Scalar:
        """Sine of the same angle."""
        ...

    def sqrt(self, value: Scalar) -> Scalar:
        """The nonnegative square root."""
        ...


class ArrayDecomposition:
    """A thin SVD held as arrays ``u (..., m, k)``, ``s (..., k)``, ``vt (..., k, n)``."""

    def __init__(self, u: Array, s: Array, vt: Array) -> None:
        self._u, self._s, self._vt = u, s, vt

    def value(self, index: int) -> Scalar:
        return _padded(self._s, index)

    def smallest(self) -> Scalar:
        return self._s[..., -1]

    def left(self, count: int) -> Array:
        return self._first(self._u, count)

    def right(self, count: int) -> Array:
        return self._first(self._vt.mT, count)

    def _first(self, vectors: Array, count: int) -> Array:
        if not 1 <= count <= vectors.shape[-1]:
            raise NotAvailable(f"{count} singular vectors were asked for; there are {vectors.shape[-1]}")
        return vectors[..., :, :count]


class ArrayOps:
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

    def product(self, *factors: Array) -> Array:
        result = factors[0]
        for factor in factors[1:]:
            result = result @ factor
        return result

    def svd(self, matrix: Array) -> ArrayDecomposition:
        return ArrayDecomposition(*self._xp.linalg.svd(matrix, full_matrices=False))

    def singular_value(self, matrix: Array, index: int) -> Scalar:
        return _padded(self._xp.linalg.svdvals(matrix), index)

    def frobenius_norm(self, matrix: Array) -> Scalar:
        # Divided by the largest entry first: the squares of tiny entries would vanish.
        largest = self._xp.max(self._xp.abs(matrix), axis=(-2, -1))
        divisor = self._xp.where(largest > 0, largest, self._xp.ones_like(largest))
        return divisor * self._xp.linalg.matrix_norm(matrix / divisor[..., None, None])

    def cosine(self, subspace: Array, vector: Array) -> Scalar:
        return self._norm(subspace.mT @ vector)

    def sine(self, subspace: Array, vector: Array) -> Scalar:
        return self._norm(vector - subspace @ (subspace.mT @ vector))

    def sqrt(self, value: Scalar) -> Scalar:
        return self._xp.sqrt(value)

    def _norm(self, column: Array) -> Scalar:
        return self._xp.linalg.vector_norm(column, axis=(-2, -1))


class MemoOps(ArrayOps):
    """Array operations that remember results, for one set of matrices seen by many formulas at many indices.

    Arrays are told apart by identity and must not be changed while the memo lives. The oldest results are forgotten
    once all of them together exceed ``limit`` bytes.
    """

    def __init__(self, namespace: Any, limit: int = 2**31) -> None:
        super().__init__(namespace)
        self._limit = limit
        self._memo: dict[tuple[Any, ...], tuple[Any, tuple[Array, ...], int]] = {}
        self._bytes = 0

    def sum(self, *terms: Array) -> Array:
        return self._remember("sum", super().sum, terms)

    def product(self, *factors: Array) -> Array:
        return self._remember("product", super().product, factors)

    def svd(self, matrix: Array) -> ArrayDecomposition:
        return self._remember("svd", super().svd, (matrix,))

    def singular_value(self, matrix: Array, index: int) -> Scalar:
        return _padded(self._remember("values", self._xp.linalg.svdvals, (matrix,)), index)

    def frobenius_norm(self, matrix: Array) -> Scalar:
        return self._remember("norm", super().frobenius_norm, (matrix,))

    def _remember(self, name: str, compute: Any, arrays: tuple[Array, ...]) -> Any:
        key = (name, *(id(array) for array in arrays))
        if key not in self._memo:
            # The arrays are kept beside the result: an identity is only unique while its object lives.
            # A result is at most about as large as three of its arguments (the factors of an SVD).
            size = 3 * max(array.nbytes for array in arrays)
            self._memo[key] = (compute(*arrays), arrays, size)
            self._bytes += size
            while self._bytes > self._limit and len(self._memo) > 1:
                self._bytes -= self._memo.pop(next(iter(self._memo)))[2]
        return self._memo[key][0]


def _padded(values: Array, index: int) -> Scalar:
    if index < 0:
        raise IndexError(f"singular values are counted from 0; index {index} was asked for")
    return values[..., index] if index < values.shape[-1] else values[..., 0] * 0
