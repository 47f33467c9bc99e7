"""What the statements on factored second derivatives share: a layer that is used at two positions of one sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product as pairs

from specbound.core.instance import Instance
from specbound.numeric.ops import Array, Scalar
from specbound.statements.jets import Jet

OUTPUT = {"g1": ("d", "1"), "g2": ("d", "1"), "S1": ("d", "d"), "N": ("d", "d"), "S2": ("d", "d")}
"""An output f as a function of what the later layer gives at two positions: gradients, and blocks of its Hessian."""

FIRST = {"D1": ("m", "l"), "D2": ("m", "l"), "R": ("l", "q"), "x1": ("q", "1"), "x2": ("q", "1")}
"""The earlier layer: a direction R, its inputs at two positions, and the derivatives of what follows it at each."""

SECOND = {"W": ("d", "n"), "P": ("d", "n")}
"""The later layer and a direction."""


@dataclass(frozen=True)
class Later:
    """The later layer at its positions: its inputs, and how each moves along t."""

    x: Instance
    inputs: Sequence[Array]

    def gradients(self) -> Sequence[Array]:
        return self.x.g1, self.x.g2

    def hessian(self) -> Mapping[tuple[int, int], Array]:
        """``M_st``: symmetric on the diagonal, and transposes of each other beside it."""
        x, ops = self.x, self.x.ops
        own = [ops.sum(block, ops.transpose(block)) for block in (x.S1, x.S2)]
        return {(0, 0): own[0], (0, 1): x.N, (1, 0): ops.transpose(x.N), (1, 1): own[1]}

    def mixed(self, moves: Sequence[Array]) -> Scalar:
        """``∂²f/∂s∂t``, by the product rule, where the weight moves along P with s and the inputs with t."""
        x, ops = self.x, self.x.ops
        weight = Jet(ops, x.W, x.P)
        z = [weight @ Jet(ops, h, None, moved) for h, moved in zip(self.inputs, moves, strict=True)]
        curved = [ops.product(ops.transpose(z[s].ds), block, z[t].dt) for (s, t), block in self.hessian().items()]
        sloped = [ops.product(ops.transpose(g), one.mixed) for g, one in zip(self.gradients(), z, strict=True)]
        return ops.entry(ops.sum(*curved, *sloped))

    def factor(self, position: int, own_only: bool = False) -> Array:
        """``A_t = Σ_s (M_st W) ⊗ h_s + g_t ⊗ I``, ``(d n, n)``, for position t."""
        x, ops = self.x, self.x.ops
        terms = [
            ops.kronecker(ops.product(block, x.W), self.inputs[s])
            for (s, t), block in self.hessian().items()
            if t == position and (s == t or not own_only)
        ]
        return ops.sum(*terms, ops.kronecker(self.gradients()[position], ops.identity(ops.transpose(x.W))))


def earlier(x: Instance) -> Sequence[Array]:
    """``D_t R x_t``: how what follows the earlier layer moves at each position."""
    return [x.ops.product(derivative, x.R, inputs) for derivative, inputs in _positions(x)]


def of_earlier(x: Instance) -> Sequence[Array]:
    """``C_t = D_t ⊗ x_tᵀ``, ``(m, l q)``."""
    return [x.ops.kronecker(derivative, x.ops.transpose(inputs)) for derivative, inputs in _positions(x)]


def _positions(x: Instance) -> Sequence[tuple[Array, Array]]:
    return (x.D1, x.x1), (x.D2, x.x2)


def along(x: Instance, block: Array) -> Scalar:
    """``vec(P)ᵀ · block · vec(R)``."""
    return x.ops.entry(x.ops.compression(block, x.ops.vec(x.P), x.ops.vec(x.R)))


def size_of_mixed(x: Instance, inputs: Scalar, between: Scalar) -> Scalar:
    """A bound on the terms of the mixed derivative, from bounds on the inputs of the later layer and on B."""
    norm = x.ops.frobenius_norm
    moved = between * (norm(x.D1) + norm(x.D2)) * norm(x.R) * (norm(x.x1) + norm(x.x2))
    blocks = 2 * (norm(x.S1) + norm(x.N) + norm(x.S2))
    return norm(x.P) * moved * (inputs * blocks * norm(x.W) + norm(x.g1) + norm(x.g2))


TWO = list(pairs(range(2), repeat=2))
"""Both positions of the later layer with both of the earlier one."""
