"""The number system of symbols: a statement's two sides as formulas in named nonnegative scalars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import sympy

from specbound.core.instance import Domain, Instance
from specbound.numeric.ops import NotAvailable, Term


def symbolic_instance(domain: Domain) -> Instance:
    """Matrix symbols of symbolic sizes for the matrices, integer symbols for indices, positive ones for numbers.

    An index that a domain counts from 0 is one less than its symbol, so that formulas read as in print, from 1.

    **Raises.** :class:`NotAvailable` for names that print alike, such as ``r1`` and ``r_1``, or like a dummy index.
    """
    names = [*domain.dimensions, *domain.parameters]
    printed = [sympy.latex(sympy.Symbol(name)) for name in names]
    if len({*printed, *DUMMIES}) < len(printed) + len(DUMMIES):
        raise NotAvailable(f"of {', '.join(names)} some print alike, or like {' and '.join(DUMMIES)}; rename them")
    sizes = {name: sympy.Symbol(name, integer=True, positive=True) for name in domain.dimensions}
    matrices = {name: sympy.MatrixSymbol(name, *domain.shape(name, sizes)) for name in domain.matrices}
    indices = {
        name: sympy.Symbol(name, integer=True, positive=True) - (1 - index.low)
        for name, index in domain.indices.items()
    }
    numbers = {name: sympy.Symbol(name, positive=True) for name in domain.numbers}
    return Instance(SymbolicOps(), {**matrices, **indices, **numbers})


DUMMIES = ("a", "b")
"""Letters that indices of sums, products and maxima go by."""


class SymbolicDecomposition:
    """A decomposition as names: ``σ_i(M)``, ``U_r(M)``, ``V_r(M)``, and ``u_1(M)``, ``v_1(M)`` for single columns."""

    def __init__(self, matrix: Any, name: str) -> None:
        self._matrix = matrix
        self._name = name

    @property
    def count(self) -> Any:
        return sympy.Min(*self._matrix.shape)

    def value(self, index: Any) -> Any:
        return sympy.Symbol(rf"\sigma_{{{sympy.latex(index + 1)}}}({self._name})", nonnegative=True)

    def smallest(self) -> Any:
        return sympy.Symbol(rf"\sigma_{{\min}}({self._name})", nonnegative=True)

    def left(self, count: Any) -> Any:
        return self._vectors("u", "U", self._matrix.shape[0], count)

    def right(self, count: Any) -> Any:
        return self._vectors("v", "V", self._matrix.shape[1], count)

    def truncated(self, count: Any) -> Any:
        return sympy.MatrixSymbol(rf"{self._name}_{{{sympy.latex(count)}}}", *self._matrix.shape)

    def _vectors(self, single: str, several: str, length: Any, count: Any) -> Any:
        letter = single if count == 1 else several
        return sympy.MatrixSymbol(rf"{letter}_{{{sympy.latex(count)}}}({self._name})", length, count)


class SymbolicOps:
    """Formulas instead of numbers. What has no name of its own raises :class:`NotAvailable`.

    ``entries`` tells which product each symbol for the entry of a 1×1 matrix stands for, ``kroneckers`` which two
    factors each symbol for a Kronecker product has.
    """

    def __init__(self) -> None:
        self._named: dict[str, Any] = {}
        self._columns: dict[Any, tuple[Any, Any]] = {}
        self._depth = 0
        self.entries: dict[Any, Any] = {}
        self.kroneckers: dict[Any, tuple[Any, Any]] = {}

    def sum(self, *terms: Any) -> Any:
        return sympy.MatAdd(*terms)

    def difference(self, left: Any, right: Any) -> Any:
        return sympy.MatAdd(left, -right)

    def product(self, *factors: Any) -> Any:
        return sympy.MatMul(*factors)

    def compression(self, matrix: Any, left: Any, right: Any) -> Any:
        return sympy.MatMul(left.T, matrix, right)

    def leading(self, matrix: Any, rows: Any, columns: Any) -> Any:
        return self.compression(
            matrix, *(first_columns(n, k) for n, k in zip(matrix.shape, (rows, columns), strict=True))
        )

    def column(self, matrix: Any, index: Any) -> Any:
        symbol = sympy.MatrixSymbol(rf"{{{self._name(matrix)}}}_{{:{sympy.latex(index)}}}", matrix.shape[0], 1)
        if self._columns.setdefault(symbol, (matrix, index)) != (matrix, index):
            raise NotAvailable(f"{symbol} names two different columns; give the matrices of the domain other names")
        return symbol

    def kronecker(self, left: Any, right: Any) -> Any:
        rows, columns = (a * b for a, b in zip(left.shape, right.shape, strict=True))
        symbol = sympy.MatrixSymbol(rf"{{{sympy.latex(left)}}}\otimes{{{sympy.latex(right)}}}", rows, columns)
        if self.kroneckers.setdefault(symbol, (left, right)) != (left, right):
            raise NotAvailable(f"{symbol} names two different products; give the matrices of the domain other names")
        return symbol

    def transpose(self, matrix: Any) -> Any:
        return matrix.T

    def scaled(self, number: Any, matrix: Any) -> Any:
        return number * matrix

    def hadamard(self, left: Any, right: Any) -> Any:
        return sympy.MatrixSymbol(rf"({self._name(left)})\circ({self._name(right)})", *left.shape)

    def absolute(self, matrix: Any) -> Any:
        return sympy.MatrixSymbol(rf"|{self._name(matrix)}|", *matrix.shape)

    def solve(self, matrix: Any, columns: Any) -> Any:
        name = rf"({self._name(matrix)})^{{-1}}({self._name(columns)})"
        return sympy.MatrixSymbol(name, matrix.shape[1], columns.shape[1])

    def identity(self, like: Any) -> Any:
        return sympy.Identity(like.shape[0])

    def vec(self, matrix: Any) -> NoReturn:
        raise NotAvailable(f"{matrix} as one column has no name; derive the claim at sizes")

    def entry(self, matrix: Any) -> Any:
        symbol = sympy.Symbol(rf"\left[{self._name(matrix)}\right]", real=True)
        self.entries[symbol] = matrix
        return symbol

    def eigenvalue(self, matrix: Any, index: Any) -> Any:
        return sympy.Symbol(rf"\lambda_{{{sympy.latex(index + 1)}}}({self._name(matrix)})", real=True)

    def svd(self, matrix: Any) -> SymbolicDecomposition:
        return SymbolicDecomposition(matrix, self._name(matrix))

    def singular_values(self, matrix: Any) -> SymbolicDecomposition:
        return self.svd(matrix)

    def singular_value(self, matrix: Any, index: Any) -> Any:
        return self.svd(matrix).value(index)

    def frobenius_norm(self, matrix: Any) -> Any:
        return sympy.Symbol(rf"\lVert {self._name(matrix)} \rVert_F", nonnegative=True)

    def cosine(self, subspace: Any, vector: Any) -> Any:
        return sympy.Symbol(rf"\cos\angle({self._angle(vector, subspace)})", nonnegative=True)

    def sine(self, subspace: Any, vector: Any) -> Any:
        return sympy.Symbol(rf"\sin\angle({self._angle(vector, subspace)})", nonnegative=True)

    def orthonormal(self, columns: Any) -> NoReturn:
        raise NotAvailable(f"whether {columns} is orthonormal is for a derivation to declare")

    def contraction(self, matrix: Any) -> NoReturn:
        raise NotAvailable(f"whether {matrix} is a contraction is for a derivation to declare")

    def nonsingular(self, matrix: Any) -> NoReturn:
        raise NotAvailable(f"whether {matrix} is nonsingular is for a derivation to declare")

    def bounded(self, matrix: Any) -> NoReturn:
        raise NotAvailable(f"whether the entries of {matrix} are bounded is for a derivation to declare")

    def at_least(self, larger: Any, smaller: Any, size: Any) -> NoReturn:
        raise NotAvailable(f"whether {larger} is at least {smaller} is for a derivation to declare")

    def sqrt(self, value: Any) -> Any:
        return sympy.sqrt(value)

    def sum_over(self, term: Term, *counts: Any) -> Any:
        return self._over(r"\sum", term, counts)

    def product_over(self, term: Term, *counts: Any) -> Any:
        return self._over(r"\prod", term, counts)

    def largest_over(self, term: Term, *counts: Any, index: Any = 0) -> Any:
        return self._over(r"\max" if index == 0 else rf"\max\nolimits^{{({sympy.latex(index + 1)})}}", term, counts)

    def _angle(self, vector: Any, subspace: Any) -> str:
        return f"{self._name(vector)},{self._name(subspace)}"

    def _over(self, sign: str, term: Term, counts: Sequence[Any]) -> Any:
        """One symbol for the whole: SymPy would take a term that does not show its index for a constant."""
        # A sum within a term has indices of its own.
        marks = "'" * self._depth
        letters = [sympy.Symbol(name + marks, integer=True, positive=True) for name in DUMMIES[: len(counts)]]
        self._depth += 1
        try:
            value = sympy.sympify(term(*(letter - 1 for letter in letters)))
        finally:
            self._depth -= 1
        ranges = r",\, ".join(
            rf"{letter} \le {sympy.latex(count)}" for letter, count in zip(letters, counts, strict=True)
        )
        name = rf"{sign}_{{{ranges}}} \left({sympy.latex(value)}\right)"
        # Of terms that are not known to be nonnegative nothing is known: a product of negative ones may have any sign.
        return sympy.Symbol(name, real=True, nonnegative=True if value.is_nonnegative else None)

    def _name(self, matrix: Any) -> str:
        name = sympy.latex(matrix).replace(" ", "")
        if self._named.setdefault(name, matrix) != matrix:
            raise NotAvailable(f"{name} names two different matrices; give the matrices of the domain other names")
        return name


def first_columns(size: Any, count: Any) -> Any:
    """The first ``count`` columns of the identity of that size, as a symbol."""
    return sympy.MatrixSymbol(rf"I_{{{sympy.latex(size)},{sympy.latex(count)}}}", size, count)
