"""The number system of exact algebraic numbers, for counterexamples with small rational matrices."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cmp_to_key
from typing import Any

import sympy

from specbound.core.errors import InvalidInput
from specbound.core.instance import Domain, Instance
from specbound.numeric.ops import Counted, NotAvailable, Term, checked_index, terms


def exact_instance(domain: Domain, values: Mapping[str, Any]) -> Instance:
    """An instance of SymPy matrices from nested lists of integers or fractions, checked as any other.

    **Raises.** :class:`InvalidInput` for entries that are not exact, shapes that do not fit, indices out of range.
    """
    return domain.converted(values, _rational_matrix, _rational, ExactOps())


def generic_instance(domain: Domain, chosen: Mapping[str, int]) -> Instance:
    """An instance at chosen sizes and indices whose every entry and number is a symbol of its own.

    **Raises.** :class:`InvalidInput` unless every size and index is chosen, within its range.
    """
    required = {*domain.dimensions, *domain.indices}
    if set(chosen) != required:
        raise InvalidInput(f"received {sorted(chosen)}; required: a whole number for each of {sorted(required)}")
    values: dict[str, Any] = {
        name: [[sympy.Symbol(f"{name}_{i}{j}", real=True) for j in range(columns)] for i in range(rows)]
        for name, (rows, columns) in ((name, domain.shape(name, chosen)) for name in domain.matrices)
    }
    values |= {name: chosen[name] for name in domain.indices}
    plain = domain.converted(
        {**values, **{name: number.searched[0] for name, number in domain.numbers.items()}},
        sympy.Matrix,
        lambda value: value,
        ExactOps(),
    )
    return Instance(plain.ops, {**plain.values, **{n: sympy.Symbol(n, positive=True) for n in domain.numbers}})


def _rational_matrix(rows: Any) -> Any:
    matrix = sympy.Matrix(rows)
    if not all(entry.is_Rational for entry in matrix.flat()):
        raise ValueError("an exact instance takes integers and fractions; write 1/2 as sympy.Rational(1, 2)")
    return matrix


def _rational(value: Any) -> Any:
    number = sympy.sympify(value)
    if not number.is_Rational:
        raise InvalidInput(f"the number {value!r}; required: an integer or a fraction, as 1/2 is Fraction(1, 2)")
    return number


class ExactDecomposition:
    """Singular values and vectors of the nonzero part, from the eigenvectors of ``MᵀM``, exactly."""

    def __init__(self, matrix: Any) -> None:
        self._matrix = matrix
        pairs: list[tuple[Any, Any]] = []
        for eigenvalue, _, vectors in (matrix.T * matrix).eigenvects():
            if eigenvalue != 0:
                pairs += [(sympy.sqrt(eigenvalue), v) for v in sympy.GramSchmidt(vectors, orthonormal=True)]
        self._pairs = sorted(pairs, key=cmp_to_key(lambda one, other: _order(one[0], other[0])))

    @property
    def count(self) -> int:
        return min(self._matrix.shape)

    def value(self, index: int) -> Any:
        return self._pairs[index][0] if checked_index(index) < len(self._pairs) else sympy.Integer(0)

    def smallest(self) -> Any:
        return self.value(self.count - 1)

    def left(self, count: int) -> Any:
        return sympy.Matrix.hstack(*(self._matrix * v / s for s, v in self._first(count)))

    def right(self, count: int) -> Any:
        return sympy.Matrix.hstack(*(v for _, v in self._first(count)))

    def truncated(self, count: int) -> Any:
        return self._matrix * self.right(count) * self.right(count).T

    def _first(self, count: int) -> list[tuple[Any, Any]]:
        if count > len(self._pairs):
            raise NotAvailable(f"rank {len(self._pairs)}: {count} singular vectors are not determined")
        if count < len(self._pairs) and _order(self._pairs[count][0], self._pairs[count - 1][0]) == 0:
            raise NotAvailable(f"singular values {count} and {count + 1} coincide: the subspace is not determined")
        return self._pairs[:count]


class ExactOps(Counted):
    """Exact operations on SymPy matrices; slow, meant for a handful of entries."""

    def sum(self, *terms: Any) -> Any:
        return sum(terms[1:], start=terms[0])

    def difference(self, left: Any, right: Any) -> Any:
        return left - right

    def product(self, *factors: Any) -> Any:
        return sympy.prod(factors[1:], start=factors[0])

    def compression(self, matrix: Any, left: Any, right: Any) -> Any:
        return left.T * matrix * right

    def leading(self, matrix: Any, rows: int, columns: int) -> Any:
        return matrix[:rows, :columns]

    def column(self, matrix: Any, index: int) -> Any:
        return matrix[:, checked_index(index)]

    def kronecker(self, left: Any, right: Any) -> Any:
        return sympy.Matrix(sympy.kronecker_product(left, right))

    def transpose(self, matrix: Any) -> Any:
        return matrix.T

    def scaled(self, number: Any, matrix: Any) -> Any:
        return number * matrix

    def hadamard(self, left: Any, right: Any) -> Any:
        return left.multiply_elementwise(right)

    def absolute(self, matrix: Any) -> Any:
        return matrix.applyfunc(sympy.Abs)

    def solve(self, matrix: Any, columns: Any) -> Any:
        try:
            return matrix.LUsolve(columns)
        except sympy.matrices.exceptions.NonInvertibleMatrixError as error:
            raise NotAvailable(f"{matrix} is singular: {error}") from error

    def identity(self, like: Any) -> Any:
        return sympy.eye(like.shape[0])

    def vec(self, matrix: Any) -> Any:
        return sympy.Matrix(list(matrix))

    def entry(self, matrix: Any) -> Any:
        return matrix[0, 0]

    def eigenvalue(self, matrix: Any, index: int) -> Any:
        values = [value for value, count in matrix.eigenvals().items() for _ in range(count)]
        return sorted(values, key=cmp_to_key(_order))[index]

    def svd(self, matrix: Any) -> ExactDecomposition:
        return ExactDecomposition(matrix)

    def singular_values(self, matrix: Any) -> ExactDecomposition:
        return self.svd(matrix)

    def singular_value(self, matrix: Any, index: int) -> Any:
        return self.svd(matrix).value(index)

    def frobenius_norm(self, matrix: Any) -> Any:
        return matrix.norm()

    def cosine(self, subspace: Any, vector: Any) -> Any:
        return (subspace.T * vector).norm()

    def sine(self, subspace: Any, vector: Any) -> Any:
        return (vector - subspace * (subspace.T * vector)).norm()

    def orthonormal(self, columns: Any) -> bool:
        return columns.T * columns == sympy.eye(columns.shape[1])

    def contraction(self, matrix: Any) -> bool:
        return bool(self.singular_value(matrix, 0) <= 1)

    def nonsingular(self, matrix: Any) -> bool:
        return bool(matrix.det() != 0)

    def bounded(self, matrix: Any) -> bool:
        return all(bool(abs(entry) <= 1) for entry in matrix)

    def at_least(self, larger: Any, smaller: Any, size: Any) -> bool:
        return bool(larger >= smaller)

    def sqrt(self, value: Any) -> Any:
        return sympy.sqrt(value)

    def largest_over(self, term: Term, *counts: int, index: int = 0) -> Any:
        values = sorted(terms(term, *counts), key=cmp_to_key(_order))
        return values[index] if checked_index(index) < len(values) else sympy.Integer(0)


def _order(one: Any, other: Any) -> int:
    """-1, 0 or 1 where ``one`` comes before ``other`` in descending order, is equal to it, or comes after it."""
    difference = sympy.simplify(one - other)
    if difference.is_zero:
        return 0
    if difference.is_positive is None:
        raise NotAvailable(f"it cannot be decided which of {one} and {other} is larger")
    return -1 if difference.is_positive else 1
