"""What statements on a step of gradient descent share: the Hessian averaged along a segment, between its bounds.

For a twice continuously differentiable f, f(x + s) − f(x) − ∇f(x)ᵀs = ½ sᵀMs with M = 2 ∫₀¹ (1 − τ) ∇²f(x + τs) dτ, and
∇f(x + s) − ∇f(x) = Ms with M = ∫₀¹ ∇²f(x + τs) dτ. Both averages obey every bound μI ⪯ · ⪯ LI that ∇²f obeys on the
segment. So a claim on all functions of a class is one on matrices: the average, the gradient, the step. Every symmetric
M between the bounds is ½(L + μ) I + ½(L − μ) E with a symmetric E of norm at most 1. What holds for these functions
holds for all whose gradient has the Lipschitz constant L: smooth functions of the same class come near to them, and
their gradients to theirs.
"""

from __future__ import annotations

from specbound.core.instance import Instance, Number
from specbound.core.statement import Assumption
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import scaling

RATE = Number(low=0.0, searched=(0.01, 10.0))
"""A learning rate η > 0."""

CURVATURE = Number(low=0.0, searched=(0.1, 10.0))
"""A bound on curvature, L or μ, positive."""

GAP = Number(low=0.0, searched=(0.01, 10.0))
"""L − μ, positive."""

WITHIN_BOUNDS = Assumption("contraction", "curvature beyond its bounds", lambda x: x.ops.contraction(x.E))
"""``‖E‖ ≤ 1``: the averaged Hessian is between its bounds."""


def inner(x: Instance, left: Array, right: Array) -> Scalar:
    """``leftᵀ right``, of two columns."""
    return x.ops.entry(x.ops.product(x.ops.transpose(left), right))


def form(x: Instance, matrix: Array, column: Array) -> Scalar:
    """``columnᵀ · matrix · column``."""
    return x.ops.entry(x.ops.compression(matrix, column, column))


def with_eigenvector(x: Instance) -> Array:
    """``H = λ uuᵀ + (I − uuᵀ) S (I − uuᵀ)``: for a unit u every matrix with ``Hu = λu`` and ``uᵀH = λuᵀ``."""
    ops, beside = x.ops, scaling(x.ops, x.u, 0)
    return ops.sum(ops.scaled(x.lam, ops.product(x.u, ops.transpose(x.u))), ops.product(beside, x.S, beside))


def size_with_eigenvector(x: Instance) -> Scalar:
    """A bound on the size of this H and of what it is computed from."""
    norm = x.ops.frobenius_norm
    return x.lam * norm(x.u) ** 2 + (1 + norm(x.u) ** 2) ** 2 * norm(x.S)
