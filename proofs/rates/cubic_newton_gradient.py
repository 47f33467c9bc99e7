"""``∇f(x+s) = −(M/2)‖s‖ s + (L/2)‖s‖ R s``, so that its square is at most ``(L + M)²/4 ‖s‖⁴``."""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.rates.cubic_newton_gradient import gradient_after


def derive(d: Derivation) -> None:
    x, ops = d.instance, d.instance.ops
    length = d.column_norm(x.s)
    top = ops.singular_value(x.R, 0)
    small = d.assume_at_least("lipschitz", sympy.Integer(1), top)
    through = d.spectral_norm(x.R, right=x.s, left=-x.s)
    image = d.norm(x.R * x.s)
    # ‖Rs‖² = (Rs)ᵀ R s ≤ σ₁(R) ‖s‖ ‖Rs‖.
    stretched = d.spectral_norm(x.R, right=x.s, left=x.R * x.s)
    shorter = d.cancel("‖Rs‖ ≤ σ₁(R) ‖s‖", top * d.norm(x.s) - image, image, stretched)
    bounded = d.combine("‖Rs‖ ≤ ‖s‖", d.norm(x.s) - image, {shorter: 1, small: d.norm(x.s)})
    half = x.L * length / 2
    squares = {
        through: x.M * x.L / 2 * length**2,
        small: x.M * x.L / 2 * length**4,
        bounded: half**2 * (d.norm(x.s) + image),
    }
    after = d.column_norm(gradient_after(x, x.R))
    d.conclude({d.root("the gradient", (x.L + x.M) / 2 * length**2, after, facts=squares): 1})
