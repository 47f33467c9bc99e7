"""What derivations on deformations share: columns that are orthonormal, and what a lock does beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from proofs.decompositions import top_pair
from specbound.checks.symbolic import Derivation, DerivationFailed, Fact
from specbound.statements.deformations import deformed, scaling

Relations = list[tuple[Any, Any]]


def columns(*matrices: Any) -> Relations:
    """``UᵀU = I`` for each of them."""
    return [(matrix.T * matrix, sympy.Identity(matrix.shape[1])) for matrix in matrices]


def orthogonal(matrix: Any) -> Relations:
    """``QᵀQ = I`` and ``QQᵀ = I``: a square matrix with orthonormal columns has orthonormal rows."""
    rows, columns_of_it = matrix.shape
    if rows != columns_of_it:
        raise DerivationFailed(
            f"the claim does not follow: {matrix} has shape {rows}×{columns_of_it}; required: square"
        )
    return [*columns(matrix), (matrix * matrix.T, sympy.Identity(rows))]


def grows_at_least(d: Derivation) -> Fact:
    """``σ₁(DᵀMD) ≥ α² σ₁(PᵀMP)``: the top singular pair of PᵀMP, carried over by P, where D multiplies by α."""
    x = d.instance
    inner = x.ops.compression(x.M, x.P, x.P)
    pair = x.ops.svd(inner)
    u, v, value = pair.left(1), pair.right(1), pair.value(0)
    d.given("top singular pair of PᵀMP", *top_pair(inner, u, v, value))
    return d.spectral_norm(deformed(x), right=x.P * v, left=x.P * u)


@dataclass(frozen=True)
class Contraction:
    """A matrix ``E`` with a norm of at most 1, and ``F`` with ``EᵀE = I − FᵀF``."""

    matrix: Any
    lack: Any


def contracting(d: Derivation, matrix: Any) -> Contraction:
    """The assumption that a matrix is a contraction."""
    lack = sympy.MatrixSymbol(f"F_{{{matrix.name}}}", *matrix.shape)
    d.assume("contraction", (matrix.T * matrix, sympy.Identity(matrix.shape[0]) - lack.T * lack))
    return Contraction(matrix, lack)


def beside(d: Derivation, elsewhere: Contraction, span: Any, vector: Any) -> tuple[Any, Any, Fact]:
    """``‖R v‖``, ``‖R E R v‖`` and that the second is at most the first, with ``R = I − V Vᵀ``, ``V = span``.

    ``‖R E R v‖² = ‖R v‖² − ‖F R v‖² − ‖Vᵀ E R v‖²``.
    """
    rest = scaling(d.instance.ops, span, 0)
    moved = elsewhere.matrix * rest * vector
    before, after = d.norm(rest * vector), d.norm(rest * moved)
    lost = [d.square(d.norm(part)) for part in (elsewhere.lack * rest * vector, span.T * moved)]
    return before, after, d.root("the rest is not stretched", before, after, facts=dict.fromkeys(lost, 1))


def no_longer_than_one(d: Derivation, elsewhere: Contraction, span: Any, vector: Any) -> tuple[Any, Fact]:
    """``‖R E R v‖`` for a unit vector, and that it is at most 1."""
    before, after, shorter = beside(d, elsewhere, span, vector)
    within = d.root("a part of a unit vector", sympy.Integer(1), before, facts={d.square(d.norm(span.T * vector)): 1})
    return after, d.combine("the rest is at most a unit vector", 1 - after, {shorter: 1, within: 1})


def conclude_crude(d: Derivation, locked: Any, span: Any, within: Contraction | None, elsewhere: Contraction) -> None:
    """``σ₁(DᵀMD) ≤ α² σ₁(M)`` for ``D = α V A Vᵀ + R E R``: D makes no vector longer than α times.

    ``within``: the contraction A, or None for the identity.
    """
    x = d.instance
    at_least_one = d.at_least("alpha")
    u, v = (sympy.MatrixSymbol(name, x.M.shape[0], 1) for name in "uv")
    attained = d.attained(locked, right=v, left=u)
    images, facts = [], []
    for vector in (u, v):
        before, after, shorter = beside(d, elsewhere, span, vector)
        less = d.combine("α ‖R w‖ ≥ ‖R E R w‖", x.alpha * before - after, {shorter: 1, at_least_one: before})
        squares = {less: x.alpha * before + after}
        inflated = span.T * vector
        if within is not None:
            whole, kept = d.norm(inflated), d.norm(within.matrix * inflated)
            lost = d.square(d.norm(within.lack * inflated))
            squares[d.root("A does not stretch", whole, kept, facts={lost: 1})] = x.alpha**2 * (whole + kept)
            inflated = within.matrix * inflated
        rest = scaling(x.ops, span, 0)
        image = x.alpha * span * inflated + rest * elsewhere.matrix * rest * vector
        images.append(image)
        facts.append(d.root("‖D w‖ ≤ α", x.alpha, d.norm(image), facts=squares))
    top = x.ops.singular_value(x.M, 0)
    through = d.spectral_norm(x.M, right=images[1], left=images[0])
    d.conclude({attained: 1, through: 1, facts[0]: top * d.norm(images[1]), facts[1]: top * x.alpha})
