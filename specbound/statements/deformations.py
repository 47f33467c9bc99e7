"""What the statements on spectral deformations share: the deformation, and the model that a pair of layers sits in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from specbound.core.instance import Instance, Number
from specbound.core.statement import Assumption
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.jets import Jet, mixed_derivative, product

INFLATION = Number(low=1.0, searched=(1.0, 100.0))
"""α ≥ 1, by which a lock inflates."""

ANY_FACTOR = Number(low=0.0, searched=(0.01, 100.0))
"""Any α > 0: a deformation may deflate as well."""


def around(outputs: str) -> dict[str, tuple[str, str]]:
    """The model around a site that gives so many outputs, any, to second order.

    Along two directions, whatever else they move, the input ``h`` moves by ``h_s``, ``h_t``, ``h_st``; the loss as a
    function of the output z has gradient ``g`` and Hessian ``S + Sᵀ``; and its gradient in z moves by ``a`` and ``b``
    for reasons other than z.
    """
    inputs: dict[str, tuple[str, str]] = dict.fromkeys(("h", "h_s", "h_t", "h_st"), ("n", "1"))
    return {**inputs, "g": (outputs, "1"), "S": (outputs, outputs), "a": (outputs, "1"), "b": (outputs, "1")}


REST = around("d")
"""The model around a linear map from n to d."""

PAIR = {
    "W": ("d", "n"),
    "U": ("d", "k"),
    "P": ("d", "n"),
    "R": ("d", "d"),
    "P2": ("d", "n"),
    "R2": ("d", "d"),
    **REST,
}
"""A weight, k orthonormal columns, two directions (P, R) and (P2, R2) of the pair of layers, and the model around."""


def scaling(ops: Ops, columns: Array, factor: Scalar) -> Array:
    """``I + (factor − 1) U Uᵀ``: multiplies the span of orthonormal columns by a factor and leaves the rest."""
    projector = ops.product(columns, ops.transpose(columns))
    return ops.sum(ops.identity(columns), ops.scaled(factor - 1, projector))


Direction = tuple[Array, Array]
"""A direction in (W, C)."""


def second_derivative(
    x: Instance, outer: Array, inner: Array, along: tuple[Direction, Direction], bias: Array | None = None
) -> Scalar:
    """``∂²/∂s∂t`` of the loss behind ``z = C (W h + bias)`` at ``C = outer``, ``W = inner``.

    ``along``: the direction that s goes along, and the one of t.
    """
    ops = x.ops
    (inner_s, outer_s), (inner_t, outer_t) = along
    compensator = Jet(ops, outer, outer_s, outer_t)
    z = product(compensator, Jet(ops, inner, inner_s, inner_t), inputs(x))
    if bias is not None:
        z = z + compensator @ Jet(ops, bias)
    return behind(x, z)


def inputs(x: Instance) -> Jet:
    """``h``, as it moves along the two directions."""
    return Jet(x.ops, x.h, x.h_s, x.h_t, x.h_st)


def behind(x: Instance, z: Jet) -> Scalar:
    """``∂²/∂s∂t`` of the loss behind the output z."""
    ops = x.ops
    through_z = mixed_derivative(z, x.g, ops.sum(x.S, ops.transpose(x.S)))
    beside = ops.sum(ops.product(ops.transpose(z.ds), x.b), ops.product(ops.transpose(z.dt), x.a))
    return through_z + ops.entry(beside)


def sizes_of_pair(x: Instance) -> Scalar:
    """A bound on the terms of a second derivative before the deformation acts: products of norms."""
    norm = x.ops.frobenius_norm
    return size_behind(x, (1 + norm(x.P) + norm(x.P2) + norm(x.W)) * (1 + norm(x.R) + norm(x.R2)))


def size_behind(x: Instance, factors: Scalar) -> Scalar:
    """The same behind linear maps, the norms of which and of their derivatives are at most ``factors`` together."""
    norm = x.ops.frobenius_norm
    z = factors * sum(norm(part) for part in (x.h, x.h_s, x.h_t, x.h_st))
    return z * (norm(x.g) + norm(x.a) + norm(x.b)) + z * z * norm(x.S)


def sizes(x: Instance, *matrices: Array) -> Scalar:
    """The sum of their Frobenius norms."""
    return sum(x.ops.frobenius_norm(matrix) for matrix in matrices)


def orthonormal(*names: str) -> Assumption:
    """The assumption ``orthonormal_columns`` on the named matrices, each by itself."""
    why = f"{' and '.join(names)} would otherwise stretch"
    return Assumption("orthonormal_columns", why, lambda x: _of_each(x, names, x.ops.orthonormal))


def contraction(*names: str) -> Assumption:
    """The assumption ``contraction`` on the named matrices: the norm of each is at most 1."""
    why = f"a lock leaves or contracts whatever it does not inflate: {' and '.join(names)} may not stretch"
    return Assumption("contraction", why, lambda x: _of_each(x, names, x.ops.contraction))


def _of_each(x: Instance, names: Sequence[str], holds: Callable[[Array], Any]) -> Any:
    found: Any = True
    for name in names:
        found = holds(x.values[name]) & found
    return found


COORDINATES = {"M": ("n", "n"), "P": ("n", "p"), "E": ("n", "n")}
"""A Hessian, orthonormal columns that span what a lock inflates, and what the lock does to the rest."""


def deformed(x: Instance) -> Array:
    """``Dᵀ M D`` with ``D = α P Pᵀ + (I − P Pᵀ) E (I − P Pᵀ)``: the Hessian after the lock."""
    return congruent(x, x.P, _inflated(x), x.E)


def stretched_rest(x: Instance) -> Array:
    """The same with ``2αE`` in place of ``E``: what a lock that inflates beside P too could do."""
    return congruent(x, x.P, _inflated(x), x.ops.scaled(2 * x.alpha, x.E))


def _inflated(x: Instance) -> Array:
    return x.ops.scaled(x.alpha, x.ops.identity(x.ops.transpose(x.P)))


def congruent(x: Instance, columns: Array, within: Array, elsewhere: Array) -> Array:
    """``Dᵀ M D`` with ``D = V A Vᵀ + (I − V Vᵀ) E (I − V Vᵀ)``: A within the span of the columns V, E beside it."""
    ops, rest = x.ops, scaling(x.ops, columns, 0)
    change = ops.sum(ops.product(columns, within, ops.transpose(columns)), ops.product(rest, elsewhere, rest))
    return ops.compression(x.M, change, change)


SEVERAL = {"M": ("n", "n"), "V": ("n", "k"), "A": ("k", "k"), "E": ("n", "n")}
"""A Hessian, orthonormal columns that span what several locks inflate, by how much, and what they do to the rest."""


def size_of_congruent(x: Instance) -> Scalar:
    """A bound on the size of :func:`congruent` with V, A, E and of what it is computed from."""
    norm = x.ops.frobenius_norm
    return (norm(x.V) ** 2 * norm(x.A) + (1 + norm(x.V) ** 2) ** 2 * norm(x.E)) ** 2 * norm(x.M)


def size_of_deformed(x: Instance) -> Scalar:
    """A bound on the size of ``Dᵀ M D`` and of what it is computed from."""
    return (x.alpha * x.ops.frobenius_norm(x.P) ** 2 + x.ops.frobenius_norm(x.E)) ** 2 * x.ops.frobenius_norm(x.M)
