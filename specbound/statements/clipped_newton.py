"""What statements on Newton's step, shortened entry by entry, share: Sophia's step with an exact diagonal."""

from __future__ import annotations

from collections.abc import Callable

from specbound.core.instance import Instance, Number
from specbound.core.statement import Assumption
from specbound.numeric.ops import Array, Scalar
from specbound.statements.steps import inner, larger

COLUMNS = {"K": ("n", "n"), "D": ("n", "n"), "g": ("n", "1"), "s": ("n", "1")}
"""A root of the preconditioner ``Δ = KᵀK``, the lock's change, the inserted model's gradient, and a locked step."""

GAMMA = Number(low=0.0, searched=(0.01, 1.0))
"""γ: by how much the preconditioner is multiplied before the step is clipped."""


def image(x: Instance) -> Array:
    """``K D s``."""
    return x.ops.product(x.K, x.D, x.s)


def squared_length(x: Instance) -> Scalar:
    """``sᵀDᵀΔDs``."""
    return inner(x, image(x), image(x))


def gain(x: Instance) -> Scalar:
    """``gᵀDs``, of a step down the gradient."""
    return x.ops.entry(x.ops.product(x.ops.transpose(x.g), x.D, x.s))


NO_LONGER = Assumption(
    "no_longer",
    "a step that is not shortened toward Newton's has no bound",
    lambda x: x.gamma * squared_length(x) <= gain(x),
)
"""``γ sᵀDᵀΔDs ≤ sᵀDᵀg``."""

NONSINGULAR = Assumption("nonsingular", "there is no inverse otherwise", lambda x: x.ops.nonsingular(x.K))


def clipped(keep: float) -> Callable[[Instance], dict[str, Array]]:
    """Diagonal K and D, and the clipped step ``s_i = keep · g̃_i / max(γ h̃_i, |g̃_i|)``, at most 1 in size."""

    def build(x: Instance) -> dict[str, Array]:
        identity = x.ops.identity(x.K)
        k, d = (identity * (0.5 + abs(x.values[name])) for name in ("K", "D"))
        gradient = d @ x.g
        curvature = x.ops.scaled(x.gamma, d @ k @ k @ d @ (0 * x.g + 1))
        step = keep * gradient / larger(curvature, abs(gradient))
        return {"K": k, "D": d, "s": step}

    return build


def size_of_gain(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return norm(x.g) * norm(x.D) * norm(x.s)


def size_of_image(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return norm(x.K) * norm(x.D) * norm(x.s)
