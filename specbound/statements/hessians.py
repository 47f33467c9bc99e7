"""What the bounds on a Hessian share: a Hessian one block of which is a product of three."""

from __future__ import annotations

from typing import Any

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example
from specbound.numeric.ops import Array, Scalar
from specbound.statements.families import TRIPLE, TRIPLE_WITH_RANKS, product_of_norms

WITH_BLOCK = {**TRIPLE.matrices, "M": ("l", "l"), "P": ("l", "m"), "Q": ("l", "q")}
"""The factors of a block, any Hessian, and orthonormal columns that say where in it the block stands."""

HESSIAN = Domain(WITH_BLOCK)
HESSIAN_WITH_RANKS = Domain(WITH_BLOCK, TRIPLE_WITH_RANKS.indices)


def hessian(x: Instance) -> Array:
    """``H = M + P (ABC − Pᵀ M Q) Qᵀ``, of which ``Pᵀ H Q = ABC``: any H with that block, for M = H itself."""
    ops = x.ops
    missing = ops.difference(ops.product(x.A, x.B, x.C), ops.compression(x.M, x.P, x.Q))
    return ops.sum(x.M, ops.product(x.P, missing, ops.transpose(x.Q)))


def attained(**indices: int) -> tuple[Example, ...]:
    """Two Hessians on which every reading is an equality."""
    whole: dict[str, Any] = {"A": [[2]], "B": [[-3]], "C": [[5]], "M": [[1]], "P": [[1]], "Q": [[1]]}
    factors: dict[str, Any] = {"A": [[2]], "B": [[1]], "C": [[1]]}
    between = {**factors, "M": [[0, 0], [0, 0]], "P": [[1], [0]], "Q": [[0], [1]]}
    return (
        Example("all of it a product of scalars", {**whole, **indices}),
        Example("curvature between two parameters only", {**between, **indices}),
    )


def refuted_by() -> tuple[Example, ...]:
    """The counterexample to `triple_independent` as the block between the two parameters of a Hessian."""
    factors: dict[str, Any] = {"A": [[1, 1]], "B": [[2, 0], [0, 1]], "C": [[1], [-1]]}
    between: dict[str, Any] = {"M": [[0, 0], [1, 0]], "P": [[1], [0]], "Q": [[0], [1]]}
    return (Example("curvature between two parameters only", {**factors, **between, "r1": 1, "r2": 1}),)


def with_other_samples(x: Instance) -> Scalar:
    """``σ₁(M + P ABC Qᵀ)``: ABC is one sample's block, and M the Hessian of others, which may cancel it."""
    ops = x.ops
    return ops.singular_value(ops.sum(x.M, ops.product(x.P, x.A, x.B, x.C, ops.transpose(x.Q))), 0)


def top(x: Instance) -> Scalar:
    """``σ₁(H)``, the left side of every reading."""
    return x.ops.singular_value(hessian(x), 0)


def size_of_hessian(x: Instance) -> Scalar:
    """A bound on the size of ``H`` and of what it is computed from."""
    norm = x.ops.frobenius_norm
    spans = 1 + norm(x.P) * norm(x.Q)
    return spans * product_of_norms(x) + spans**2 * norm(x.M)
