"""``σ p ≤ q/α + ‖E‖`` and ``σ q ≤ p/α + ‖E‖``, p = ‖UᵀV‖, q = ‖UᵀL‖, so ``(σ − 1/α) p ≤ ‖E‖``, σ = σ_i(Ĉ) ≥ 1 − ‖E‖."""

from typing import Any

import sympy

from proofs.decompositions import top_pair
from proofs.deforming import columns
from proofs.detecting import left_alone
from specbound.checks.symbolic import Derivation, Fact
from specbound.statements.limits.lock_detection import within
from specbound.statements.spectra import compensator
from specbound.statements.stored import change, stored


def derive(d: Derivation) -> None:
    x = d.instance
    c, epsilon = compensator(x), change(x)
    found = x.ops.svd(stored(x))
    s, v, left = found.value(x.i - 1), found.right(x.i), found.left(x.i)
    d.assume("orthonormal_columns", *columns(x.U))
    kept = left_alone(d, x.i)

    # ĈV = LS and ĈᵀL = VSᵀ, where S is diagonal, with entries of at least s.
    values, more, too = (sympy.MatrixSymbol(name, x.i, x.i) for name in "SGH")
    d.given(
        "singular vectors of Ĉ = C + E",
        *columns(v, left),
        (x.E * v, left * values - c * v),
        (left.T * x.E, values * v.T - left.T * c),
        (values.T * values, s**2 * sympy.Identity(x.i) + more.T * more),
        (values * values.T, s**2 * sympy.Identity(x.i) + too.T * too),
    )
    p = x.ops.singular_value(within(x, v), 0)
    of_v = _one_side(d, "V", (v, left), values)
    of_left = _one_side(d, "L", (left, v), values.T)
    both = d.combine(
        "q s ≤ p/α + ‖E‖, put into p s ≤ q/α + ‖E‖",
        (s + 1 / x.alpha) * (epsilon - p * (s - 1 / x.alpha)),
        {of_v: s, of_left: 1 / x.alpha},
    )
    wedin = d.cancel("(s − 1/α) p ≤ ‖E‖", epsilon - p * (s - 1 / x.alpha), s + 1 / x.alpha, both)
    d.conclude({wedin: 1, kept: p})


def _one_side(d: Derivation, name: str, vectors: tuple[Any, Any], values: Any) -> Fact:
    """``s p ≤ q/α + ‖E‖``, p = ‖Uᵀ near‖, q = ‖Uᵀ far‖: along the top singular pair of the former.

    ``vectors``: ``near`` and ``far``, which are V and L, or L and V; ``values``: S, or its transpose.
    """
    x = d.instance
    _, far = vectors
    inner, outer = (within(x, side) for side in vectors)
    p, q = (x.ops.singular_value(matrix, 0) for matrix in (inner, outer))
    s, epsilon = x.ops.singular_value(stored(x), x.i - 1), change(x)
    a, y = x.ops.svd(inner).left(1), x.ops.svd(inner).right(1)
    d.given(f"top singular pair of Uᵀ{name}", *top_pair(inner, a, y, p))
    stretched, image = d.norm(values * y), far * values * y
    through = d.spectral_norm(outer, right=values * y, left=a)
    # aᵀ UᵀEᵀ L S y, or aᵀ UᵀE V Sᵀ y.
    right, left = (x.U * a, image) if name == "V" else (image, x.U * a)
    moved = d.spectral_norm(x.E, right=right, left=left)
    bound = q / x.alpha + epsilon
    product = d.combine("along the pair", stretched * (bound - p * stretched), {through: 1 / x.alpha, moved: 1})
    shorter = d.cancel("p ‖Sy‖ ≤ q/α + ‖E‖", bound - p * stretched, stretched, product)
    longer = d.root("‖Sy‖ ≥ s", stretched, s)
    return d.combine("p s ≤ q/α + ‖E‖", bound - p * s, {shorter: 1, longer: p})
