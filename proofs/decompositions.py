"""What a singular value decomposition says, as relations that derivations declare.

Each function gives relations ``(left, right)`` between matrix symbols. They restate the decomposition ``M = U Σ Vᵀ``,
or the spectral decomposition of ``MᵀM`` that defines it (Horn & Johnson, *Matrix Analysis*, 2nd ed. 2013, 2.6.3), for
one cut of the spectrum, and nothing else. They are what every derivation here takes for granted.
"""

from __future__ import annotations

from typing import Any

import sympy

from specbound.checks.symbolic import Subspace

Relations = list[tuple[Any, Any]]


def top_pair(matrix: Any, u: Any, v: Any, value: Any) -> Relations:
    """``M v = σ₁ u``, ``Mᵀ u = σ₁ v``, both of unit length."""
    return [(matrix * v, value * u), (u.T * matrix, value * v.T), (u.T * u, 1), (v.T * v, 1)]


def top_and_rest(matrix: Any, rest: Any, u: Any, v: Any, value: Any) -> Relations:
    """``M = σ₁ u vᵀ + R`` with ``uᵀ R = 0`` and ``R v = 0``; the spectral norm of ``R`` is then ``σ₂(M)``."""
    return [
        (matrix, value * u * v.T + rest),
        (u.T * rest, sympy.ZeroMatrix(1, rest.shape[1])),
        (rest * v, sympy.ZeroMatrix(rest.shape[0], 1)),
    ]


def at_least_on_span(gram: Any, span: Any, value: Any) -> Relations:
    """``MᵀM = V (value² I + DᵀD) Vᵀ + RᵀR``: the spectral decomposition cut below ``σ = value``.

    ``gram`` is the product ``MᵀM`` (or ``MMᵀ`` for left singular vectors), ``span`` its eigenvectors ``V`` for the
    squares of the singular values that are at least ``value``, ``DᵀD`` the diagonal of what those squares exceed
    ``value²`` by, ``RᵀR`` the rest of the sum.
    """
    size, count = span.shape
    excess = sympy.MatrixSymbol(rf"D_{{{span.name}}}", count, count)
    rest = sympy.MatrixSymbol(rf"R_{{{span.name}}}", size, size)
    return [(gram, value**2 * span * span.T + span * excess.T * excess * span.T + rest.T * rest)]


def at_least_everywhere(gram: Any, span: Any, value: Any) -> Relations:
    """The same where the span is the whole space: ``V Vᵀ = I`` and no rest."""
    size, count = span.shape
    excess = sympy.MatrixSymbol(rf"D_{{{span.name}}}", count, count)
    return [
        (gram, value**2 * span * span.T + span * excess.T * excess * span.T),
        (span * span.T, sympy.Identity(size)),
    ]


def spanned(span: Any, vector: Any) -> Subspace:
    """The subspace ``V Vᵀ x = x`` that orthonormal columns span."""
    rows, columns = span.shape
    return Subspace(rows - columns, [(span * span.T * vector, vector)])


def beyond(gram: Any, vector: Any, value: Any, cut: Any) -> tuple[Relations, Subspace]:
    """``MᵀM = V₀ L₀ V₀ᵀ + V₁ (value² I − DᵀD) V₁ᵀ``, and the subspace of the vectors with ``V₀ᵀ x = 0``.

    Those have ``V₁ V₁ᵀ x = x``. ``V₀`` has ``cut`` columns, one for each singular value that may exceed ``value``;
    together with ``V₁`` it is orthogonal, ``DᵀD`` is the diagonal of what the other squares lack of ``value²``.
    """
    size, name = vector.shape[0], sympy.latex(gram)
    v0, v1 = (sympy.MatrixSymbol(rf"V_{{{part}}}({name})", size, n) for part, n in ((0, cut), (1, size - cut)))
    squares = sympy.MatrixSymbol(rf"L_{{0}}({name})", cut, cut)
    shortfall = sympy.MatrixSymbol(rf"D_{{1}}({name})", size - cut, size - cut)
    short = v1 * shortfall.T * shortfall * v1.T
    decomposed: Relations = [(gram, v0 * squares * v0.T + value**2 * v1 * v1.T - short)]
    inside: Relations = [(v0.T * vector, sympy.ZeroMatrix(cut, 1)), (v1 * v1.T * vector, vector)]
    return decomposed, Subspace(cut, inside)


def eigenvectors(word: Any, vector: Any, value: Any, codimension: Any, sign: int) -> tuple[Relations, Subspace]:
    """``H = V₁ (value I + sign DᵀD) V₁ᵀ + V₀ L₀ V₀ᵀ`` for ``H = X + Xᵀ``, and the vectors with ``V₀ᵀ x = 0``.

    It is the spectral decomposition of a symmetric matrix cut at an eigenvalue: on the span of ``V₁`` the others are
    not below ``value`` (``sign`` 1) or not above it (−1); ``V₀`` has ``codimension`` columns. ``word``: X, a single
    product, which is ``H/2`` and a skew part ``Y − Yᵀ``.
    """
    size, name = vector.shape[0], sympy.latex(word)
    v0, v1 = (
        sympy.MatrixSymbol(rf"V_{{{k}}}({name})", size, n) for k, n in ((0, codimension), (1, size - codimension))
    )
    others = sympy.MatrixSymbol(rf"L_{{0}}({name})", codimension, codimension)
    beyond_it = sympy.MatrixSymbol(rf"D_{{1}}({name})", size - codimension, size - codimension)
    skew = sympy.MatrixSymbol(rf"Y({name})", size, size)
    symmetric = value * v1 * v1.T + sign * v1 * beyond_it.T * beyond_it * v1.T + v0 * others * v0.T
    inside: Relations = [(v0.T * vector, sympy.ZeroMatrix(codimension, 1)), (v1 * v1.T * vector, vector)]
    return [(word, symmetric / 2 + skew - skew.T)], Subspace(codimension, inside)
