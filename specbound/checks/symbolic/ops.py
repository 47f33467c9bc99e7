"""The number system of symbols: a statement's two sides as formulas in named nonnegative scalars."""

from __future__ import annotations

from typing import Any, NoReturn

import sympy

from specbound.core.instance import Domain, Instance
from specbound.numeric.ops import NotAvailable


def symbolic_instance(domain: Domain) -> Instance:
    """Matrix symbols of symbolic sizes for the matrices, integer symbols for the indices.

    An index that a domain counts from 0 is one less than its symbol, so that formulas read as in print, from 1.
    """
    sizes = {name: sympy.Symbol(name, integer=True, positive=True) for name in domain.dimensions}
    matrices = {name: sympy.MatrixSymbol(name, sizes[r], sizes[c]) for name, (r, c) in domain.matrices.items()}
    indices = {
        name: sympy.Symbol(name, integer=True, positive=True) - (1 - index.low)
        for name, index in domain.indices.items()
    }
    return Instance(SymbolicOps(), {**matrices, **indices})


class SymbolicDecomposition:
    """A decomposition as names: ``σ_i(M)``, ``U_r(M)``, ``V_r(M)``, and ``u_1(M)``, ``v_1(M)`` for single columns."""

    def __init__(self, matrix: Any, name: str) -> None:
        self._matrix = matrix
        self._name = name

    def value(self, index: Any) -> Any:
        return sympy.Symbol(rf"\sigma_{{{sympy.latex(index + 1)}}}({self._name})", nonnegative=True)

    def smallest(self) -> Any:
        return sympy.Symbol(rf"\sigma_{{\min}}({self._name})", nonnegative=True)

    def left(self, count: Any) -> Any:
        return self._vectors("u", "U", self._matrix.shape[0], count)

    def right(self, count: Any) -> Any:
        return self._vectors("v", "V", self._matrix.shape[1], count)

    def _vectors(self, single: str, several: str, length: Any, count: Any) -> Any:
        letter = single if count == 1 else several
        return sympy.MatrixSymbol(rf"{letter}_{{{sympy.latex(count)}}}({self._name})", length, count)


class SymbolicOps:
    """Formulas instead of numbers. What has no name of its own raises :class:`NotAvailable`."""

    def __init__(self) -> None:
        self._named: dict[str, Any] = {}

    def sum(self, *terms: Any) -> Any:
        return sympy.MatAdd(*terms)

    def product(self, *factors: Any) -> Any:
        return sympy.MatMul(*factors)

    def svd(self, matrix: Any) -> SymbolicDecomposition:
        name = sympy.latex(matrix).replace(" ", "")
        if self._named.setdefault(name, matrix) != matrix:
            raise NotAvailable(f"{name} names two different matrices; give the matrices of the domain other names")
        return SymbolicDecomposition(matrix, name)

    def singular_value(self, matrix: Any, index: Any) -> Any:
        return self.svd(matrix).value(index)

    def cosine(self, subspace: Any, vector: Any) -> Any:
        return sympy.Symbol(rf"\cos\angle({vector.name},{subspace.name})", nonnegative=True)

    def sine(self, subspace: Any, vector: Any) -> Any:
        return sympy.Symbol(rf"\sin\angle({vector.name},{subspace.name})", nonnegative=True)

    def sqrt(self, value: Any) -> Any:
        return sympy.sqrt(value)

    def frobenius_norm(self, matrix: Any) -> NoReturn:
        raise NotAvailable("symbols have no Frobenius norm; state the claim in singular values")
