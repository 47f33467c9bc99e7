"""What a formula may ask of a number system.

A statement writes its two sides once, against :class:`Ops`. Which numbers flow through it is decided by whoever
builds the instance: NumPy for one instance, torch for batches with gradients on any device, balls for rigorous
verdicts, symbols for derivations. A quantity that a system cannot give raises :class:`NotAvailable`; no system falls
back in silence. A formula must not branch on sizes, indices or values: a symbol answers such a question by its form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import prod
from typing import Any, Protocol, TypeAlias

Array: TypeAlias = Any
Scalar: TypeAlias = Any
Term: TypeAlias = Callable[..., Scalar]
"""A scalar for one index, or for several; each counts from 0."""


class NotAvailable(Exception):
    """This number system cannot give the quantity that was asked for."""


class Spectrum(Protocol):
    """The singular values of a matrix in descending order."""

    @property
    def count(self) -> Any:
        """How many there are: ``min(rows, columns)``."""
        ...

    def value(self, index: Any) -> Scalar:
        """``σ_{index+1}(M)``: the index counts from 0; zero beyond ``min(rows, columns)``."""
        ...

    def smallest(self) -> Scalar:
        """``σ_{min(rows, columns)}(M)``, the last value that a decomposition computes."""
        ...


class Decomposition(Spectrum, Protocol):
    """A singular value decomposition ``M = U diag(σ) Vᵀ`` with σ in descending order."""

    def left(self, count: Any) -> Array:
        """The top ``count`` left singular vectors, shape ``(..., rows, count)``."""
        ...

    def right(self, count: Any) -> Array:
        """The top ``count`` right singular vectors, shape ``(..., columns, count)``."""
        ...

    def truncated(self, count: Any) -> Array:
        """``U_count diag(σ_1, …, σ_count) V_countᵀ``, shape ``(..., rows, columns)``."""
        ...


class Ops(Protocol):
    """The operations that a statement's two sides are made of, besides arithmetic on scalars and ``shape``."""

    def sum(self, *terms: Array) -> Array:
        """The sum of matrices of one shape."""
        ...

    def difference(self, left: Array, right: Array) -> Array:
        """``left − right``, two matrices of one shape."""
        ...

    def product(self, *factors: Array) -> Array:
        """The matrix product of all factors, from left to right."""
        ...

    def compression(self, matrix: Array, left: Array, right: Array) -> Array:
        """``leftᵀ · matrix · right``."""
        ...

    def leading(self, matrix: Array, rows: Any, columns: Any) -> Array:
        """The submatrix of the first ``rows`` rows and ``columns`` columns."""
        ...

    def column(self, matrix: Array, index: Any) -> Array:
        """One column as a matrix, shape ``(..., rows, 1)``; the index counts from 0."""
        ...

    def kronecker(self, left: Array, right: Array) -> Array:
        """``left ⊗ right``."""
        ...

    def transpose(self, matrix: Array) -> Array:
        """``matrixᵀ``."""
        ...

    def scaled(self, number: Scalar, matrix: Array) -> Array:
        """``number · matrix``."""
        ...

    def hadamard(self, left: Array, right: Array) -> Array:
        """``left ∘ right``, the product entry by entry of two matrices of one shape."""
        ...

    def absolute(self, matrix: Array) -> Array:
        """``|matrix|``, the absolute value of each entry."""
        ...

    def solve(self, matrix: Array, columns: Array) -> Array:
        """The ``X`` with ``matrix · X = columns``, for a nonsingular square matrix."""
        ...

    def identity(self, like: Array) -> Array:
        """The identity with as many rows as that matrix has."""
        ...

    def vec(self, matrix: Array) -> Array:
        """The rows of a matrix, one after the other, as one column: ``vec(P W Q) = (P ⊗ Qᵀ) vec W``."""
        ...

    def entry(self, matrix: Array) -> Scalar:
        """The entry of a 1×1 matrix."""
        ...

    def eigenvalue(self, matrix: Array, index: Any) -> Scalar:
        """``λ_{index+1}(matrix)`` of a symmetric matrix in descending order; the index counts from 0."""
        ...

    def singular_values(self, matrix: Array) -> Spectrum:
        """All singular values."""
        ...

    def singular_value(self, matrix: Array, index: Any) -> Scalar:
        """``σ_{index+1}(matrix)``: the index counts from 0; zero beyond ``min(rows, columns)``."""
        ...

    def svd(self, matrix: Array) -> Decomposition:
        """Singular values and singular vectors."""
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

    def orthonormal(self, columns: Array) -> Any:
        """Whether the columns are orthonormal, one truth value for each matrix: up to rounding in floats."""
        ...

    def contraction(self, matrix: Array) -> Any:
        """Whether ``σ₁(matrix) ≤ 1``, one truth value for each matrix: up to rounding in floats."""
        ...

    def nonsingular(self, matrix: Array) -> Any:
        """Whether a square matrix has an inverse, one truth value for each matrix: beyond rounding in floats."""
        ...

    def bounded(self, matrix: Array) -> Any:
        """Whether every entry lies in ``[−1, 1]``, one truth value for each matrix."""
        ...

    def at_least(self, larger: Scalar, smaller: Scalar, size: Scalar) -> Any:
        """Whether ``larger ≥ smaller``, one truth value each: up to rounding in floats, of quantities of that size.

        In balls, whether it is certain.
        """
        ...

    def sqrt(self, value: Scalar) -> Scalar:
        """The nonnegative square root."""
        ...

    def sum_over(self, term: Term, *counts: Any) -> Scalar:
        """The sum of ``term(i, …)`` over all ``0 ≤ i < count``, one index for each count."""
        ...

    def product_over(self, term: Term, *counts: Any) -> Scalar:
        """The product of ``term(i, …)`` over the same indices."""
        ...

    def largest_over(self, term: Term, *counts: Any, index: Any = 0) -> Scalar:
        """The ``index + 1``-th largest of the nonnegative ``term(i, …)`` over the same indices; zero beyond them."""
        ...


class Counted:
    """What number systems share whose counts are numbers: the terms of sums and products, one after the other."""

    def sum_over(self, term: Term, *counts: int) -> Scalar:
        return sum(terms(term, *counts))

    def product_over(self, term: Term, *counts: int) -> Scalar:
        return prod(terms(term, *counts))


def terms(term: Term, *counts: int) -> Iterator[Scalar]:
    """``term`` at all indices below the counts, in lexicographic order."""
    return (term(*indices) for indices in product(*map(range, counts)))


def checked_index(index: int) -> int:
    """The index of a singular value; raises ``IndexError`` for a negative one."""
    if index < 0:
        raise IndexError(f"singular values are counted from 0; index {index} was asked for")
    return index


def position_ascending(index: int, count: int) -> int:
    """Where an ascending list of ``count`` eigenvalues has ``λ_{index+1}``; raises ``IndexError`` where there is none.

    >>> position_ascending(0, 3)
    2
    """
    if not checked_index(index) < count:
        raise IndexError(f"the eigenvalue of index {index} was asked for, counted from 0; there are {count}")
    return count - 1 - index
