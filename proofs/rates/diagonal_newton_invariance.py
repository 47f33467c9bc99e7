"""``D ((DHD)∘I)⁻¹ Dg = (H∘I)⁻¹ g``: ``(DHD)∘I = D(H∘I)D``, and along ``y = (H∘I)ᵀ Dᵀ w`` both are ``wᵀ D g``."""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.rates.diagonal_newton_invariance import change, diagonal, locked_diagonal

SIZES = ({"n": 1}, {"n": 2}, {"n": 3})


def derive(d: Derivation) -> None:
    x = d.instance
    by, h = change(x), diagonal(x, x.H)
    d.equal_at_sizes(
        "the diagonal of DHD",
        lambda y: locked_diagonal(y, change(y)),
        lambda y: y.ops.product(change(y), diagonal(y, y.H), change(y)),
        *SIZES,
    )
    locked, inserted = x.ops.solve(locked_diagonal(x, by), by * x.g), x.ops.solve(h, x.g)
    w = sympy.MatrixSymbol("w", *x.y.shape)
    d.given("both steps", (by * h * by * locked, by * x.g), (h * inserted, x.g))
    d.assume("nonsingular", (x.y, h.T * by.T * w))
    d.conclude_equal({}, {})
