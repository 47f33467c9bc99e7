"""What the statements on spectral deformations share: the deformation, and the model that a pair of layers sits in."""

from __future__ import annotations

from typing import Any

from specbound.core.instance import Instance, Number
from specbound.core.statement import Assumption
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.jets import Jet, mixed_derivative, product

INFLATION = Number(low=1.0, searched=(1.0, 100.0))
"""α ≥ 1, by which a lock inflates."""

ANY_FACTOR = Number(low=0.0, searched=(0.01, 100.0))
"""Any α > 0: a deformation may deflate as well."""

PAIR = {
    "W": ("d", "n"),
    "U": ("d", "k"),
    "P": ("d", "n"),
    "R": ("d", "d"),
    "P2": ("d", "n"),
    "R2": ("d", "d"),
    "h": ("n", "1"),
    "h_s": ("n", "1"),
    "h_t": ("n", "1"),
    "h_st": ("n", "1"),
    "g": ("d", "1"),
    "S": ("d", "d"),
    "a": ("d", "1"),
    "b": ("d", "1"),
}
"""A weight, k orthonormal columns, two directions (P, R) and (P2, R2) of the pair of layers, and the rest of the model.

The rest is any, to second order: along the two directions, whatever else they move, the input ``h`` moves by ``h_s``,
``h_t``, ``h_st``; the loss as a function of the output z has gradient ``g`` and Hessian ``S + Sᵀ``; and its gradient in
z moves by ``a`` and ``b`` for reasons other than z.
"""


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
    z = product(compensator, Jet(ops, inner, inner_s, inner_t), Jet(ops, x.h, x.h_s, x.h_t, x.h_st))
    if bias is not None:
        z = z + compensator @ Jet(ops, bias)
    through_pair = mixed_derivative(z, x.g, ops.sum(x.S, ops.transpose(x.S)))
    beside = ops.sum(ops.product(ops.transpose(z.ds), x.b), ops.product(ops.transpose(z.dt), x.a))
    return through_pair + ops.entry(beside)


def sizes_of_pair(x: Instance) -> Scalar:
    """A bound on the terms of a second derivative before the deformation acts: products of norms."""
    norm = x.ops.frobenius_norm
    inputs = sum(norm(part) for part in (x.h, x.h_s, x.h_t, x.h_st))
    z = (1 + norm(x.P) + norm(x.P2) + norm(x.W)) * (1 + norm(x.R) + norm(x.R2)) * inputs
    return z * (norm(x.g) + norm(x.a) + norm(x.b)) + z * z * norm(x.S)


def orthonormal(*names: str) -> Assumption:
    """The assumption ``orthonormal_columns`` on the named matrices, each by itself."""

    def holds(x: Instance) -> Any:
        found: Any = True
        for name in names:
            found = x.ops.orthonormal(x.values[name]) & found
        return found

    return Assumption("orthonormal_columns", f"{' and '.join(names)} would otherwise stretch", holds)


COORDINATES = {"M": ("n", "n"), "P": ("n", "p"), "E": ("n", "n")}
"""A Hessian, orthonormal columns that span what a lock inflates, and what the lock does to the rest."""


def deformed(x: Instance) -> Array:
    """``Dᵀ M D`` with ``D = α P Pᵀ + (I − P Pᵀ) E (I − P Pᵀ)``: the Hessian after the lock."""
    ops = x.ops
    rest = scaling(ops, x.P, 0)
    inflated = ops.scaled(x.alpha, ops.product(x.P, ops.transpose(x.P)))
    change = ops.sum(inflated, ops.product(rest, x.E, rest))
    return ops.compression(x.M, change, change)


CONTRACTION = Assumption(
    "contraction", "what a lock does not inflate it leaves or contracts", lambda x: x.ops.contraction(x.E)
)
"""``‖E‖ ≤ 1``."""


def size_of_deformed(x: Instance) -> Scalar:
    """A bound on the size of ``Dᵀ M D`` and of what it is computed from."""
    return (x.alpha * x.ops.frobenius_norm(x.P) ** 2 + x.ops.frobenius_norm(x.E)) ** 2 * x.ops.frobenius_norm(x.M)
