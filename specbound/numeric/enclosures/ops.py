"""The operations of formulas on enclosed matrices: rigorous at the size of real weights."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from specbound.numeric.enclosures.decomposition import EnclosedDecomposition, EnclosedSpectrum
from specbound.numeric.enclosures.factors import Factors, Mode
from specbound.numeric.enclosures.interval import Interval
from specbound.numeric.enclosures.matrix import EnclosedMatrix
from specbound.numeric.enclosures.products import plain_product, split, split_product
from specbound.numeric.enclosures.reading import Matrix
from specbound.numeric.enclosures.rounded import (
    SMALLEST,
    UNIT,
    down,
    frobenius_up,
    norm_bounds,
    product_up,
    root_up,
    sum_up,
    up,
)
from specbound.numeric.memo import Memo
from specbound.numeric.ops import Counted, NotAvailable, Term, checked_index, position_ascending, terms

LARGEST_KRONECKER = 2048**2
"""Entries of a Kronecker product beyond which none is formed."""


class EnclosureOps(Counted):
    """Operations on :class:`EnclosedMatrix`; every scalar is an :class:`Interval` that holds the true value.

    ``mode``: ``"fast"`` or ``"tight"``, of singular values and of products. Results are remembered, up to ``limit``
    bytes, for one set of matrices seen by many formulas. **Accuracy.** The radii tell.
    """

    def __init__(self, mode: Mode, limit: int = 2**31) -> None:
        self.mode: Mode = mode
        self._multiply = plain_product if mode == "fast" else split_product
        self._remember = Memo(limit)

    def sum(self, *matrices: EnclosedMatrix) -> EnclosedMatrix:
        return reduce(lambda one, other: self._remember(self._plus, (one, other)), matrices)

    def difference(self, left: EnclosedMatrix, right: EnclosedMatrix) -> EnclosedMatrix:
        if left is right:
            return EnclosedMatrix(np.zeros(left.shape))
        return self._remember(self._minus, (left, right))

    def _plus(self, one: EnclosedMatrix, other: EnclosedMatrix, sign: int = 1) -> EnclosedMatrix:
        if one.turns != other.turns:
            raise NotAvailable("a sum of matrices that depend on choices of basis, and not on the same ones")
        _same_shape(one, other)
        exponent = max(one.exponent, other.exponent)
        (a, first), (b, second) = (matrix.shifted(exponent) for matrix in (one, other))
        b = sign * b
        found = a + b
        # What the addition is off by is itself a float, whichever of the two is larger (Knuth).
        part = found - a
        off = frobenius_up((a - (found - part)) + (b - part))
        return EnclosedMatrix(found, exponent, sum_up(off, first, second), one.turns)

    def _minus(self, one: EnclosedMatrix, other: EnclosedMatrix) -> EnclosedMatrix:
        return self._plus(one, other, sign=-1)

    def product(self, *factors: EnclosedMatrix) -> EnclosedMatrix:
        return reduce(lambda one, other: self._remember(self._times, (one, other)), factors)

    def _times(self, one: EnclosedMatrix, other: EnclosedMatrix) -> EnclosedMatrix:
        if one.turns[1] is not other.turns[0]:
            raise NotAvailable("a product of matrices that depend on choices of basis, and not on the same one")
        found, rounding = self._multiply(one.middle, other.middle)
        spread = [rounding]
        if one.radius or other.radius:
            spread += [
                product_up(one.norm, other.radius),
                product_up(one.radius, other.norm),
                product_up(one.radius, other.radius),
            ]
        return EnclosedMatrix(found, one.exponent + other.exponent, sum_up(*spread), (one.turns[0], other.turns[1]))

    def compression(self, matrix: EnclosedMatrix, left: EnclosedMatrix, right: EnclosedMatrix) -> EnclosedMatrix:
        return self.product(self.transpose(left), matrix, right)

    def leading(self, matrix: EnclosedMatrix, rows: int, columns: int) -> EnclosedMatrix:
        if (rows, columns) == matrix.shape:
            return matrix
        return self._remember(_leading, (matrix,), rows, columns)

    def column(self, matrix: EnclosedMatrix, index: int) -> EnclosedMatrix:
        kept = matrix.fixed().middle[:, [checked_index(index)]]
        return EnclosedMatrix(kept, matrix.exponent, matrix.radius)

    def kronecker(self, left: EnclosedMatrix, right: EnclosedMatrix) -> EnclosedMatrix:
        return self._remember(self._kronecker, (left, right))

    def _kronecker(self, left: EnclosedMatrix, right: EnclosedMatrix) -> EnclosedMatrix:
        one, other = left.fixed(), right.fixed()
        if one.middle.size * other.middle.size > LARGEST_KRONECKER:
            raise NotAvailable(f"a Kronecker product of {one.middle.size * other.middle.size} entries is too large")
        found: Matrix = np.kron(one.middle, other.middle).astype(np.float64, copy=False)
        return self._entrywise(found, one, other, one.size, other.size)

    def transpose(self, matrix: EnclosedMatrix) -> EnclosedMatrix:
        return self._remember(_transposed, (matrix,))

    def scaled(self, number: Any, matrix: EnclosedMatrix) -> EnclosedMatrix:
        middle, radius, exponent = Interval(number).near()
        found = middle * matrix.middle
        errors = product_up(abs(middle), matrix.radius), product_up(radius, sum_up(matrix.size, matrix.radius))
        return EnclosedMatrix(found, matrix.exponent + exponent, sum_up(_rounding(found), *errors), matrix.turns)

    def hadamard(self, left: EnclosedMatrix, right: EnclosedMatrix) -> EnclosedMatrix:
        one, other = left.fixed(), right.fixed()
        _same_shape(one, other)
        return self._entrywise(one.middle * other.middle, one, other, 1.0, 1.0)

    def _entrywise(
        self, found: Matrix, one: EnclosedMatrix, other: EnclosedMatrix, size: float, other_size: float
    ) -> EnclosedMatrix:
        """Products of single entries, of factors whose errors grow by so much."""
        errors = [
            product_up(size, other.radius),
            product_up(one.radius, other_size),
            product_up(one.radius, other.radius),
        ]
        return EnclosedMatrix(found, one.exponent + other.exponent, sum_up(_rounding(found), *errors))

    def absolute(self, matrix: EnclosedMatrix) -> EnclosedMatrix:
        return EnclosedMatrix(np.abs(matrix.fixed().middle), matrix.exponent, matrix.radius)

    def solve(self, matrix: EnclosedMatrix, columns: EnclosedMatrix) -> EnclosedMatrix:
        least = self.singular_values(matrix.fixed()).smallest()
        if not least.signs()[0] > 0:
            raise NotAvailable("a system of equations whose matrix is not known to be nonsingular")
        found = EnclosedMatrix(
            np.linalg.solve(matrix.middle, columns.fixed().middle).astype(np.float64, copy=False),
            columns.exponent - matrix.exponent,
        )
        # X − X̂ = A⁻¹ (B − A X̂).
        residual = self.frobenius_norm(self.difference(columns, self.product(matrix, found)))
        middle, radius, exponent = (residual / least).near()
        off = up(float(np.ldexp(sum_up(abs(middle), radius), exponent - found.exponent)))
        return EnclosedMatrix(found.middle, found.exponent, off)

    def identity(self, like: EnclosedMatrix) -> EnclosedMatrix:
        return EnclosedMatrix(np.eye(like.shape[0]))

    def vec(self, matrix: EnclosedMatrix) -> EnclosedMatrix:
        return EnclosedMatrix(matrix.fixed().middle.reshape(-1, 1), matrix.exponent, matrix.radius)

    def entry(self, matrix: EnclosedMatrix) -> Interval:
        return _around(float(matrix.fixed().middle[0, 0]), matrix)

    def eigenvalue(self, matrix: EnclosedMatrix, index: int) -> Interval:
        position = position_ascending(index, matrix.shape[0])
        lower, upper = self._remember(self._eigenvalues, (matrix,))
        return Interval.between(float(lower[position]), float(upper[position]), matrix.exponent)

    def _eigenvalues(self, matrix: EnclosedMatrix) -> tuple[Matrix, Matrix]:
        """All eigenvalues of a symmetric matrix, ascending: ``‖A − Q Λ Qᵀ‖`` and Ostrowski's theorem on ``Q Λ Qᵀ``."""
        if matrix.turns[0] is not matrix.turns[1]:
            raise NotAvailable("eigenvalues of a matrix whose rows and columns depend on different choices of basis")
        rows, columns = matrix.shape
        if rows != columns or norm_bounds(matrix.middle - matrix.middle.T)[0] > up(2 * matrix.radius):
            raise NotAvailable("eigenvalues of a matrix that is not symmetric")
        # Of the symmetric part: a symmetric matrix within the radius of the middle is as near to it.
        middle = (matrix.middle + matrix.middle.T) / 2
        values, vectors = np.linalg.eigh(middle)
        # The signs of the values go into one of the two sets of vectors: A ≈ (Q sign Λ) |Λ| Qᵀ.
        signed = vectors * np.where(values < 0, -1.0, 1.0)
        defect, _, residual = Factors(middle, signed, np.abs(values), vectors).defects(self.mode)
        off = sum_up(residual, matrix.radius, product_up(UNIT, matrix.size))
        values = np.sort(values)
        # λ_i(Q Λ Qᵀ) = θ λ_i with θ between the extreme eigenvalues of QᵀQ.
        wide = np.nextafter(np.nextafter(np.abs(values) * defect, np.inf) + off, np.inf)
        return np.nextafter(values - wide, -np.inf), np.nextafter(values + wide, np.inf)

    def singular_values(self, matrix: EnclosedMatrix) -> EnclosedSpectrum:
        return self._remember(self._spectrum, (matrix,))

    def _spectrum(self, matrix: EnclosedMatrix) -> EnclosedDecomposition:
        return EnclosedDecomposition(matrix, self.mode, self.product)

    def singular_value(self, matrix: EnclosedMatrix, index: int) -> Interval:
        return self.singular_values(matrix).value(index)

    def svd(self, matrix: EnclosedMatrix) -> EnclosedDecomposition:
        return self._remember(self._spectrum, (matrix,))

    def frobenius_norm(self, matrix: EnclosedMatrix) -> Interval:
        return self._remember(_frobenius_norm, (matrix,))

    def cosine(self, subspace: EnclosedMatrix, vector: EnclosedMatrix) -> Interval:
        # Nothing is remembered: of a large matrix there are as many subspaces as columns.
        return _frobenius_norm(self._times(subspace.mT, vector))

    def sine(self, subspace: EnclosedMatrix, vector: EnclosedMatrix) -> Interval:
        along = self._times(subspace, self._times(subspace.mT, vector))
        return _frobenius_norm(self._minus(vector, along))

    def orthonormal(self, columns: EnclosedMatrix) -> bool:
        """Only of columns of 26 bits, whose inner products are exact in floats: it is certain then."""
        if columns.radius == 0 and not split(columns.middle.T).low.any():
            gram = columns.middle.T @ columns.middle
            with np.errstate(over="ignore"):
                return bool((np.ldexp(gram, 2 * columns.exponent) == np.eye(gram.shape[0])).all())
        gram = self.product(self.transpose(columns), columns)
        if self.frobenius_norm(self.difference(gram, EnclosedMatrix(np.eye(gram.shape[0])))).signs()[0] > 0:
            return False
        raise NotAvailable("whether columns are orthonormal beyond rounding is not known")

    def contraction(self, matrix: EnclosedMatrix) -> bool:
        return self.singular_value(matrix, 0) <= 1

    def nonsingular(self, matrix: EnclosedMatrix) -> bool:
        return self.singular_values(matrix).smallest() > 0

    def bounded(self, matrix: EnclosedMatrix) -> bool:
        return abs(_around(float(np.abs(matrix.fixed().middle).max()), matrix)) <= 1

    def at_least(self, larger: Any, smaller: Any, size: Any) -> bool:
        return (larger if isinstance(larger, Interval) else Interval(larger)) >= smaller

    def sqrt(self, value: Any) -> Interval:
        return Interval(value).root()

    def largest_over(self, term: Term, *counts: int, index: int = 0) -> Interval:
        return Interval.ranked([Interval(value) for value in terms(term, *counts)], checked_index(index))


def _leading(matrix: EnclosedMatrix, rows: int, columns: int) -> EnclosedMatrix:
    return EnclosedMatrix(matrix.fixed().middle[:rows, :columns], matrix.exponent, matrix.radius)


def _same_shape(one: EnclosedMatrix, other: EnclosedMatrix) -> None:
    # NumPy would repeat the smaller one, and its error with it.
    if one.shape != other.shape:
        raise ValueError(f"matrices of shapes {one.shape} and {other.shape}; required: two of one shape")


def _transposed(matrix: EnclosedMatrix) -> EnclosedMatrix:
    return matrix.mT


def _frobenius_norm(matrix: EnclosedMatrix) -> Interval:
    low, high = norm_bounds(matrix.middle)
    return Interval.between(max(0.0, down(low - matrix.radius)), sum_up(high, matrix.radius), matrix.exponent)


def _around(value: float, matrix: EnclosedMatrix) -> Interval:
    """An entry of the middle, and what it stands for."""
    return Interval.between(down(value - matrix.radius), up(value + matrix.radius), matrix.exponent)


def _rounding(found: Matrix) -> float:
    """At least the Frobenius norm of what one rounding of each entry is off by, underflow included."""
    return sum_up(product_up(UNIT, frobenius_up(found)), product_up(root_up(float(found.size)), SMALLEST))
