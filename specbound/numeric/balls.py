"""Balls as a number system: rational matrices in, quantities enclosed in intervals with outward rounding out.

Small matrices only. Exact matrices stay exact (fractions) through sums, products and submatrices; their singular values
are square roots of the roots of an integer polynomial, which Arb isolates rigorously, multiplicities included. Singular
vectors come from spectral projectors, polynomials in ``MᵀM``. Whatever is not exact is a ball of the working precision.

Needs python-flint, the extra ``exact``; nothing imports this module before the certified check does.

**Source.** Johansson, *Arb: efficient arbitrary-precision midpoint-radius interval arithmetic*, IEEE Transactions on
Computers 66 (2017), 1281-1292; Horn & Johnson, *Matrix Analysis*, 2nd ed. 2013, 2.5 for the projectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import reduce
from itertools import product
from math import inf, nextafter
from typing import Any

import flint
import numpy as np

from specbound.numeric.ops import Counted, NotAvailable, Term, checked_index, terms

Ball = Any
"""A real number as ``flint.arb``: a midpoint and a radius that hold the true value between them."""


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Computes with midpoints of so many bits inside the block."""
    with flint.ctx.workprec(bits):
        yield


def bounds(value: Any) -> tuple[float, float]:
    """Floats below and above every number of a ball.

    >>> low, high = bounds(flint.arb(2).sqrt())
    >>> low < 2**0.5 < high
    True
    """
    ball = flint.arb(value)
    return nextafter(float(ball.lower()), -inf), nextafter(float(ball.upper()), inf)


class BallMatrix:
    """A real matrix: exact fractions, or balls. ``shape`` and ``mT`` as for arrays."""

    def __init__(self, entries: Any) -> None:
        self.entries = entries

    @classmethod
    def exact(cls, rows: Any) -> BallMatrix:
        """From nested lists or an array of integers, fractions and finite floats, each taken for the number it is.

        **Raises.** ``ValueError`` for a NaN or an infinity, ``TypeError`` for anything else.
        """
        values = np.asarray(rows, dtype=object)
        return cls(flint.fmpq_mat(*values.shape, [_rational(value) for value in values.flat]))

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


class BallSpectrum:
    """Singular values as balls, in descending order."""

    def __init__(self, values: Sequence[Ball]) -> None:
        self._values = values

    @property
    def count(self) -> int:
        return len(self._values)

    def value(self, index: int) -> Ball:
        return self._values[index] if checked_index(index) < self.count else flint.arb(0)

    def smallest(self) -> Ball:
        return self._values[-1]


class BallDecomposition(BallSpectrum):
    """Singular values and vectors of an exact matrix; where values coincide, one of the possible choices of vectors."""

    def __init__(self, matrix: BallMatrix) -> None:
        super().__init__(_values(matrix))
        self._matrix = matrix

    def left(self, count: int) -> BallMatrix:
        return self._pairs(count)[0]

    def right(self, count: int) -> BallMatrix:
        return self._pairs(count)[1]

    def truncated(self, count: int) -> BallMatrix:
        right = self.right(count).entries
        return BallMatrix(self._matrix.balls() * right * right.transpose())

    def _pairs(self, count: int) -> tuple[BallMatrix, BallMatrix]:
        if not 1 <= count <= self.count:
            raise NotAvailable(f"{count} singular vectors were asked for; there are {self.count}")
        matrix = self._matrix.entries
        left: list[Any] = []
        right: list[Any] = []
        for eigenvalue, projector in _projectors(matrix.transpose() * matrix):
            vectors = _orthonormal_columns(projector)
            right += vectors
            if eigenvalue == 0:
                kernels = [p for value, p in _projectors(matrix * matrix.transpose()) if value == 0]
                left += [vector for kernel in kernels for vector in _orthonormal_columns(kernel)]
            else:
                left += [self._matrix.balls() * vector * (1 / eigenvalue.sqrt()) for vector in vectors]
        return _side_by_side(left[:count]), _side_by_side(right[:count])


class BallOps(Counted):
    """Operations on :class:`BallMatrix`; every scalar is a ball that holds the true value.

    Singular vectors are available for exact matrices only. **Accuracy.** The radii tell; they shrink as the working
    precision grows.
    """

    def sum(self, *matrices: BallMatrix) -> BallMatrix:
        return reduce(lambda left, right: _combined(left, right, lambda a, b: a + b), matrices)

    def difference(self, left: BallMatrix, right: BallMatrix) -> BallMatrix:
        return _combined(left, right, lambda a, b: a - b)

    def product(self, *factors: BallMatrix) -> BallMatrix:
        return reduce(lambda left, right: _combined(left, right, lambda a, b: a * b), factors)

    def compression(self, matrix: BallMatrix, left: BallMatrix, right: BallMatrix) -> BallMatrix:
        return self.product(left.mT, matrix, right)

    def leading(self, matrix: BallMatrix, rows: int, columns: int) -> BallMatrix:
        kept = [row[:columns] for row in matrix.entries.tolist()[:rows]]
        return BallMatrix(type(matrix.entries)(kept))

    def kronecker(self, left: BallMatrix, right: BallMatrix) -> BallMatrix:
        a, b = (m.entries if left.is_exact and right.is_exact else m.balls() for m in (left, right))
        rows = [[s * t for s, t in product(r, q)] for r, q in product(a.tolist(), b.tolist())]
        return BallMatrix(type(a)(rows))

    def singular_values(self, matrix: BallMatrix) -> BallSpectrum:
        return BallSpectrum(_values(matrix))

    def singular_value(self, matrix: BallMatrix, index: int) -> Ball:
        return self.singular_values(matrix).value(index)

    def svd(self, matrix: BallMatrix) -> BallDecomposition:
        if not matrix.is_exact:
            raise NotAvailable("singular vectors in balls are those of exact matrices; this one is itself a result")
        return BallDecomposition(matrix)

    def frobenius_norm(self, matrix: BallMatrix) -> Ball:
        return _norm(matrix.balls())

    def cosine(self, subspace: BallMatrix, vector: BallMatrix) -> Ball:
        return _norm(subspace.balls().transpose() * vector.balls())

    def sine(self, subspace: BallMatrix, vector: BallMatrix) -> Ball:
        span, column = subspace.balls(), vector.balls()
        return _norm(column - span * (span.transpose() * column))

    def orthonormal(self, columns: BallMatrix) -> bool:
        gram = self.product(columns.mT, columns).entries
        identity = [[int(i == j) for j in range(gram.ncols())] for i in range(gram.nrows())]
        return columns.is_exact and gram == flint.fmpq_mat(identity)

    def sqrt(self, value: Any) -> Ball:
        return flint.arb(value).nonnegative_part().sqrt()

    def largest_over(self, term: Term, *counts: int, index: int = 0) -> Ball:
        # The index-th largest of any choice of numbers from the balls lies between these two.
        values = [flint.arb(value) for value in terms(term, *counts)]
        if index >= len(values):
            return flint.arb(0)
        low, high = (
            sorted(ends, key=lambda end: end.mid().fmpq(), reverse=True)[index]
            for ends in ([value.lower() for value in values], [value.upper() for value in values])
        )
        return low.union(high)


def _rational(value: Any) -> Any:
    if isinstance(value, flint.fmpq):
        return value
    if not isinstance(value, int | float | Fraction | np.integer | np.floating):
        raise TypeError(f"the entry {value!r} is a {type(value).__name__}; required: an integer, a fraction or a float")
    exact = Fraction(float(value)) if isinstance(value, float | np.floating) else Fraction(value)
    return flint.fmpq(exact.numerator, exact.denominator)


def _combined(left: BallMatrix, right: BallMatrix, operation: Any) -> BallMatrix:
    if left.is_exact and right.is_exact:
        return BallMatrix(operation(left.entries, right.entries))
    return BallMatrix(operation(left.balls(), right.balls()))


def _norm(matrix: Any) -> Ball:
    total = sum((entry * entry for entry in matrix.entries()), start=flint.arb(0))
    return total.nonnegative_part().sqrt()


def _values(matrix: BallMatrix) -> list[Ball]:
    """Singular values of the exact midpoint, each widened by the norm of the radii (Weyl)."""
    if matrix.is_exact:
        middle, radius = matrix.entries, flint.arb(0)
    else:
        entries = matrix.entries.entries()
        middle = flint.fmpq_mat(*matrix.shape, [entry.mid().fmpq() for entry in entries])
        radius = _norm(flint.arb_mat(*matrix.shape, [entry.rad() for entry in entries]))
    wide = matrix.shape[0] < matrix.shape[1]
    gram = middle * middle.transpose() if wide else middle.transpose() * middle
    found: list[Ball] = []
    for eigenvalue, multiplicity in _eigenvalues(gram):
        value = eigenvalue.sqrt()
        low, high = (value - radius).nonnegative_part(), value + radius
        found += [low.union(high) if radius != 0 else value] * multiplicity
    return found


def _eigenvalues(gram: Any) -> list[tuple[Ball, int]]:
    """Distinct eigenvalues of an exact positive semidefinite matrix, descending, with multiplicities."""
    roots = gram.charpoly().numer().complex_roots()
    found = [(root.real.nonnegative_part(), multiplicity) for root, multiplicity in roots]
    return sorted(found, key=lambda pair: pair[0].mid().fmpq(), reverse=True)


def _projectors(gram: Any) -> list[tuple[Ball, Any]]:
    """For each distinct eigenvalue λ the projector ``Π_{μ≠λ} (G − μI)/(λ − μ)`` onto its eigenvectors, descending."""
    size = gram.nrows()
    values = [value for value, _ in _eigenvalues(gram)]
    identity = flint.arb_mat(size, size, [int(i == j) for i, j in product(range(size), repeat=2)])
    balls = flint.arb_mat(gram)
    found: list[tuple[Ball, Any]] = []
    for value in values:
        projector = identity
        for other in values:
            if other is not value:
                projector = projector * (balls - identity * other) * (1 / (value - other))
        found.append((value, projector))
    return found


def _orthonormal_columns(projector: Any) -> list[Any]:
    """An orthonormal basis of a projector's range, by Gram–Schmidt with the longest remaining column first."""
    basis: list[Any] = []
    size = projector.nrows()
    rank = projector.trace().unique_fmpz()
    if rank is None:
        raise NotAvailable("the working precision is too low for singular vectors that are so nearly undetermined")
    remaining = projector
    for _ in range(int(rank)):
        lengths = [remaining[i, i] for i in range(size)]
        longest = max(range(size), key=lambda i: lengths[i].mid().fmpq())
        column = flint.arb_mat(size, 1, [remaining[i, longest] for i in range(size)])
        vector = column * (1 / lengths[longest].sqrt())
        basis.append(vector)
        remaining = remaining - vector * vector.transpose()
    return basis


def _side_by_side(columns: Sequence[Any]) -> BallMatrix:
    return BallMatrix(flint.arb_mat([list(row) for row in zip(*(c.entries() for c in columns), strict=True)]))
