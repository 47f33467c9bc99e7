"""The operations of formulas on exact matrices and matrices of balls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial, reduce
from itertools import accumulate, product
from numbers import Rational
from operator import add, mul, sub
from typing import Any

import flint

from specbound.numeric.balls.matrix import BallMatrix
from specbound.numeric.balls.scalar import Ball, as_arb, fraction
from specbound.numeric.balls.spectrum import eigenspaces, eigenvalues
from specbound.numeric.ops import Counted, NotAvailable, Term, checked_index, terms

LARGEST_KRONECKER = 10**4
"""Entries of a Kronecker product beyond which none is formed in balls."""


class BallSpectrum:
    """Singular values as balls, in descending order."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values

    @property
    def count(self) -> int:
        return len(self._values)

    def value(self, index: int) -> Ball:
        return Ball(self._values[index] if checked_index(index) < self.count else 0)

    def smallest(self) -> Ball:
        return Ball(self._values[-1])


class BallDecomposition(BallSpectrum):
    """Singular values and vectors of an exact matrix; where values coincide, one of the possible choices of vectors.

    ``on_choice`` is told whenever vectors are given whose span is a choice.
    """

    def __init__(self, matrix: BallMatrix, on_choice: Callable[[str], None]) -> None:
        super().__init__(_values(matrix))
        self._matrix, self._on_choice = matrix, on_choice

    def left(self, count: int) -> BallMatrix:
        spaces = [*self._left_range, *([self._left_kernel] if self._left_kernel else [])]
        return self._first(count, spaces)

    def right(self, count: int) -> BallMatrix:
        return self._first(count, [columns for _, columns in self._right_spaces])

    def truncated(self, count: int) -> BallMatrix:
        right = self.right(count).entries
        return BallMatrix(self._matrix.balls() * right * right.transpose())

    @cached_property
    def _right_spaces(self) -> list[tuple[Any, list[Any]]]:
        """For each distinct eigenvalue of ``MᵀM``, descending, orthonormal columns that span its eigenvectors."""
        matrix = self._matrix.entries
        return eigenspaces(matrix.transpose() * matrix)

    @cached_property
    def _left_range(self) -> list[list[Any]]:
        """The images of those columns, normalised: pairs of singular vectors."""
        balls = self._matrix.balls()
        return [
            [balls * column * (1 / value.sqrt()) for column in columns]
            for value, columns in self._right_spaces
            if value != 0
        ]

    @cached_property
    def _left_kernel(self) -> list[Any]:
        matrix = self._matrix.entries
        spaces = eigenspaces(matrix * matrix.transpose())
        return [column for value, columns in spaces if value == 0 for column in columns]

    def _first(self, count: int, spaces: Sequence[Sequence[Any]]) -> BallMatrix:
        if not 1 <= count <= self.count:
            raise NotAvailable(f"{count} singular vectors were asked for; there are {self.count}")
        if count not in accumulate(len(columns) for columns in spaces):
            self._on_choice(f"singular values {count} and {count + 1} coincide: the vectors are not determined")
        columns = [column for space in spaces for column in space]
        return BallMatrix(
            flint.arb_mat([list(row) for row in zip(*(c.entries() for c in columns[:count]), strict=True)])
        )


class BallOps(Counted):
    """Operations on :class:`BallMatrix`; every scalar is a ball that holds the true value.

    Singular vectors are available for exact matrices only; ``choice`` tells where they are not determined, and one of
    the possible ones was given. **Accuracy.** The radii tell; they shrink as the working precision grows.
    """

    def __init__(self) -> None:
        self.choice = ""

    def sum(self, *matrices: BallMatrix) -> BallMatrix:
        return reduce(partial(_combined, add), matrices)

    def difference(self, left: BallMatrix, right: BallMatrix) -> BallMatrix:
        return _combined(sub, left, right)

    def product(self, *factors: BallMatrix) -> BallMatrix:
        return reduce(partial(_combined, mul), factors)

    def compression(self, matrix: BallMatrix, left: BallMatrix, right: BallMatrix) -> BallMatrix:
        return self.product(left.mT, matrix, right)

    def leading(self, matrix: BallMatrix, rows: int, columns: int) -> BallMatrix:
        kept = [row[:columns] for row in matrix.entries.tolist()[:rows]]
        return BallMatrix(type(matrix.entries)(kept))

    def column(self, matrix: BallMatrix, index: int) -> BallMatrix:
        kept = [[row[checked_index(index)]] for row in matrix.entries.tolist()]
        return BallMatrix(type(matrix.entries)(kept))

    def kronecker(self, left: BallMatrix, right: BallMatrix) -> BallMatrix:
        a, b = (m.entries if left.is_exact and right.is_exact else m.balls() for m in (left, right))
        if left.shape[0] * left.shape[1] * right.shape[0] * right.shape[1] > LARGEST_KRONECKER:
            raise NotAvailable(f"a Kronecker product of more than {LARGEST_KRONECKER} entries is too large for balls")
        rows = [[s * t for s, t in product(r, q)] for r, q in product(a.tolist(), b.tolist())]
        return BallMatrix(type(a)(rows))

    def transpose(self, matrix: BallMatrix) -> BallMatrix:
        return matrix.mT

    def scaled(self, number: Any, matrix: BallMatrix) -> BallMatrix:
        if matrix.is_exact and isinstance(number, Rational):
            return BallMatrix(matrix.entries * fraction(number))
        return BallMatrix(matrix.balls() * as_arb(number))

    def hadamard(self, left: BallMatrix, right: BallMatrix) -> BallMatrix:
        a, b = (m.entries if left.is_exact and right.is_exact else m.balls() for m in (left, right))
        return BallMatrix(type(a)(*left.shape, [s * t for s, t in zip(a.entries(), b.entries(), strict=True)]))

    def absolute(self, matrix: BallMatrix) -> BallMatrix:
        entries = matrix.entries
        return BallMatrix(type(entries)(*matrix.shape, [abs(entry) for entry in entries.entries()]))

    def solve(self, matrix: BallMatrix, columns: BallMatrix) -> BallMatrix:
        a, b = (m.entries if matrix.is_exact and columns.is_exact else m.balls() for m in (matrix, columns))
        try:
            return BallMatrix(a.solve(b))
        except ZeroDivisionError as error:
            raise NotAvailable("a system of equations whose matrix is not known to be nonsingular") from error

    def identity(self, like: BallMatrix) -> BallMatrix:
        size = like.shape[0]
        return BallMatrix(flint.fmpq_mat([[int(i == j) for j in range(size)] for i in range(size)]))

    def vec(self, matrix: BallMatrix) -> BallMatrix:
        return BallMatrix(type(matrix.entries)([[entry] for entry in matrix.entries.entries()]))

    def entry(self, matrix: BallMatrix) -> Ball:
        return Ball(matrix.balls()[0, 0])

    def eigenvalue(self, matrix: BallMatrix, index: int) -> Ball:
        if not matrix.is_exact:
            raise NotAvailable("eigenvalues in balls are those of exact matrices; this one is itself a result")
        # Shifted by the sum of all sizes of entries, it is positive semidefinite.
        shift = sum((abs(entry) for entry in matrix.entries.entries()), start=flint.fmpq(0))
        shifted = _combined(add, matrix, BallMatrix(self.identity(matrix).entries * shift))
        return Ball(eigenvalues(shifted.entries)[checked_index(index)] - flint.arb(shift))

    def singular_values(self, matrix: BallMatrix) -> BallSpectrum:
        return BallSpectrum(_values(matrix))

    def singular_value(self, matrix: BallMatrix, index: int) -> Ball:
        return self.singular_values(matrix).value(index)

    def svd(self, matrix: BallMatrix) -> BallDecomposition:
        if not matrix.is_exact:
            raise NotAvailable("singular vectors in balls are those of exact matrices; this one is itself a result")
        return BallDecomposition(matrix, self._remember_choice)

    def _remember_choice(self, reason: str) -> None:
        self.choice = reason

    def frobenius_norm(self, matrix: BallMatrix) -> Ball:
        return Ball(_norm(matrix.balls()))

    def cosine(self, subspace: BallMatrix, vector: BallMatrix) -> Ball:
        return Ball(_norm(subspace.balls().transpose() * vector.balls()))

    def sine(self, subspace: BallMatrix, vector: BallMatrix) -> Ball:
        span, column = subspace.balls(), vector.balls()
        return Ball(_norm(column - span * (span.transpose() * column)))

    def orthonormal(self, columns: BallMatrix) -> bool:
        gram = self.product(columns.mT, columns).entries
        identity = [[int(i == j) for j in range(gram.ncols())] for i in range(gram.nrows())]
        return columns.is_exact and gram == flint.fmpq_mat(identity)

    def contraction(self, matrix: BallMatrix) -> bool:
        return self.singular_value(matrix, 0) <= 1

    def nonsingular(self, matrix: BallMatrix) -> bool:
        return bool(matrix.is_exact and matrix.entries.det() != 0)

    def bounded(self, matrix: BallMatrix) -> bool:
        return all(abs(entry) <= 1 for entry in matrix.entries.entries())

    def at_least(self, larger: Any, smaller: Any, size: Any) -> bool:
        # Only where it is certain, at this precision: of equal numbers that are no fractions it never is.
        return bool(as_arb(larger) - as_arb(smaller) >= 0)

    def sqrt(self, value: Any) -> Ball:
        number = as_arb(value)
        if number < 0:
            raise NotAvailable(f"the square root of {Ball(number)!r}, which is negative")
        return Ball(number.nonnegative_part().sqrt())

    def largest_over(self, term: Term, *counts: int, index: int = 0) -> Ball:
        # The index-th largest of any choice of numbers from the balls lies between these two.
        values = [as_arb(value) for value in terms(term, *counts)]
        if checked_index(index) >= len(values):
            return Ball(0)
        low, high = (
            sorted(ends, key=lambda end: end.mid().fmpq(), reverse=True)[index]
            for ends in ([value.lower() for value in values], [value.upper() for value in values])
        )
        return Ball(low.union(high))


def _combined(operation: Any, left: BallMatrix, right: BallMatrix) -> BallMatrix:
    if left.is_exact and right.is_exact:
        return BallMatrix(operation(left.entries, right.entries))
    return BallMatrix(operation(left.balls(), right.balls()))


def _norm(matrix: Any) -> Any:
    total = sum((entry * entry for entry in matrix.entries()), start=flint.arb(0))
    return total.nonnegative_part().sqrt()


def _values(matrix: BallMatrix) -> list[Any]:
    """Singular values of the exact midpoint, each widened by the norm of the radii (Weyl)."""
    if matrix.is_exact:
        middle, radius = matrix.entries, flint.arb(0)
    else:
        entries = matrix.entries.entries()
        if not all(entry.is_finite() for entry in entries):
            raise NotAvailable("the working precision is too low: a matrix has entries that are not bounded")
        middle = flint.fmpq_mat(*matrix.shape, [entry.mid().fmpq() for entry in entries])
        radius = _norm(flint.arb_mat(*matrix.shape, [entry.rad() for entry in entries]))
    wide = matrix.shape[0] < matrix.shape[1]
    gram = middle * middle.transpose() if wide else middle.transpose() * middle
    values = [eigenvalue.nonnegative_part().sqrt() for eigenvalue in eigenvalues(gram)]
    if radius == 0:
        return values
    return [(value - radius).nonnegative_part().union(value + radius) for value in values]
