"""``S (SᵀBS)⁻¹ SᵀGTᵀ (TATᵀ)⁻¹ T z = B⁻¹GA⁻¹ z``: along ``y = BᵀSw`` both are ``wᵀ SᵀG A⁻¹ z``.

For ``A⁻¹ z`` is ``Tᵀ(TATᵀ)⁻¹ T z``.
"""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.rates.kfac_invariance import gradient, image, of_inputs, of_outputs


def derive(d: Derivation) -> None:
    x = d.instance
    solve = x.ops.solve
    left_locked, left = solve(of_outputs(x), gradient(x)), solve(x.B, x.G)
    right_locked, right = solve(of_inputs(x), image(x)), solve(x.A, x.z)
    w = sympy.MatrixSymbol("w", *x.y.shape)
    d.given("what is solved for", (of_outputs(x) * left_locked, gradient(x)), (x.B * left, x.G))
    # A Tᵀ u = z for u = (TATᵀ)⁻¹ Tz, as T is nonsingular, and so A⁻¹ z = Tᵀu.
    d.assume("nonsingular", (x.y, x.B.T * x.S * w), (right, x.T.T * right_locked))
    d.conclude_equal({}, {})
