"""``α‖E‖ + cos θ sin θ' ≥ α sin θ cos θ'`` for the angles θ of V and θ' of L, and the same with the two exchanged.

Multiplied by α and added they are ``α‖E‖ ≥ (α − 1) sin θ cos θ'``, and ``α‖E‖ ≥ (α − 1) sin θ' cos θ`` likewise; their
squares, times ``cos² θ`` and ``sin² θ``, add up to the claim.
"""

from typing import Any

import sympy

from proofs.decompositions import at_least_everywhere
from proofs.deforming import columns
from specbound.checks.symbolic import Derivation, Fact
from specbound.statements.limits.lock_detection_angle import compensator, inside, outside
from specbound.statements.stored import change


def derive(d: Derivation) -> None:
    x = d.instance
    c, epsilon = compensator(x), change(x)
    r = x.N.shape[1]
    found = x.ops.svd(x.ops.sum(c, x.E))
    v, left, values = found.right(r), found.left(r), sympy.MatrixSymbol("S", r, r)
    d.assume("orthonormal_columns", *columns(x.N))
    at_least_one = d.at_least("alpha")
    # (C + E)V = LS and (C + E)ᵀL = VSᵀ, where S is diagonal.
    d.given(
        "singular vectors of C + E",
        *columns(v, left),
        (x.E * v, left * values - c * v),
        (left.T * x.E, values * v.T - left.T * c),
    )
    for name, vectors in (("V", v), ("L", left)):
        _smallest_pair(d, name, vectors)
    sin_v, sin_l = _sine(d, v), _sine(d, left)
    small_v, small_l = (_at_most_its_sine(d, name, vectors) for name, vectors in (("V", v), ("L", left)))
    of_v = _one_side(d, "V", (v, left), small_l)
    of_l = _one_side(d, "L", (left, v), small_v)
    mixed = []
    for (one, other), (sine, cosine) in (
        ((of_v, of_l), (sin_v, _cosine(d, left))),
        ((of_l, of_v), (sin_l, _cosine(d, v))),
    ):
        goal = x.alpha * epsilon - (x.alpha - 1) * sine * cosine
        both = d.combine("α times one and the other", (x.alpha + 1) * goal, {one: x.alpha, other: 1})
        mixed.append((d.cancel("(α − 1) sin θ cos θ' ≤ α‖E‖", goal, x.alpha + 1, both), sine * cosine))

    h = d.amount("h", at_least_one, x.alpha)
    p, q = x.ops.singular_value(outside(x, v), 0), _cosine(d, v)
    (first, one), (second, other) = mixed
    times_sine = d.combine("times sin θ", sin_v * (x.alpha * epsilon - h * other), {second: sin_v})
    whole = d.root(
        "(α − 1) sin θ cos θ ≤ α‖E‖",
        x.alpha * epsilon,
        h * p * q,
        facts={
            small_v: h**2 * q**2 * (p + sin_v),
            first: q**2 * (x.alpha * epsilon + h * one),
            times_sine: sin_v * (x.alpha * epsilon + h * other),
        },
    )
    d.conclude({whole: 1})


def _cosine(d: Derivation, vectors: Any) -> Any:
    """``σ_r(Nᵀ vectors)``."""
    x = d.instance
    return x.ops.singular_value(inside(x, vectors), x.N.shape[1] - 1)


def _pair(d: Derivation, vectors: Any) -> tuple[Any, Any]:
    """The last singular pair (c, y) of ``Nᵀ vectors``, as symbols."""
    r, name = d.instance.N.shape[1], vectors.name[0]
    c, y = (sympy.MatrixSymbol(f"{letter}_{{{name}}}", r, 1) for letter in "cy")
    return c, y


def _smallest_pair(d: Derivation, name: str, vectors: Any) -> None:
    """Declares it: ``Nᵀ vectors y = q c``, ``cᵀ Nᵀ vectors = q yᵀ``, both of unit length."""
    k, q, (c, y) = inside(d.instance, vectors), _cosine(d, vectors), _pair(d, vectors)
    d.given(f"last singular pair of Nᵀ{name}", (k * y, q * c), (c.T * k, q * y.T), (c.T * c, 1), (y.T * y, 1))


def _beside(d: Derivation, vectors: Any) -> Any:
    """``vectors y − q N c``: what is outside the span of N, of the unit vector that is farthest from it."""
    c, y = _pair(d, vectors)
    return vectors * y - _cosine(d, vectors) * d.instance.N * c


def _sine(d: Derivation, vectors: Any) -> Any:
    """Its length, whose square is ``1 − q²``."""
    return d.norm(_beside(d, vectors))


def _at_most_its_sine(d: Derivation, name: str, vectors: Any) -> Fact:
    """``‖(I − NNᵀ) vectors‖ ≤ √(1 − q²)``, since ``‖Nᵀ vectors z‖ ≥ q`` for all unit vectors z."""
    x = d.instance
    (size, r), q = x.N.shape, _cosine(d, vectors)
    u, z = sympy.MatrixSymbol(f"u_{{{name}}}", size, 1), sympy.MatrixSymbol(f"z_{{{name}}}", r, 1)
    attained = d.attained(outside(x, vectors), right=z, left=u)
    image = outside(x, vectors) * z
    length, kept = d.norm(image), d.norm(inside(x, vectors) * z)
    reached = d.scalar(u.T * image)
    apart = d.square(d.norm(image - reached * u))
    short = d.root("uᵀw ≤ ‖w‖", length, reached, facts={apart: 1})
    span = sympy.MatrixSymbol(rf"W_{{{name}}}", r, r)
    k = inside(x, vectors)
    longer = d.root("‖Nᵀ vectors z‖ ≥ q", kept, q, using=at_least_everywhere(k.T * k, span, q))
    sine = _sine(d, vectors)
    within = d.root("sin of any vector of the span", sine, length, facts={longer: kept + q})
    return d.combine(
        "‖(I − NNᵀ) vectors‖ ≤ sin θ",
        sine - x.ops.singular_value(outside(x, vectors), 0),
        {attained: 1, short: 1, within: 1},
    )


def _one_side(d: Derivation, name: str, vectors: tuple[Any, Any], far_is_small: Fact) -> Fact:
    """``α‖E‖ + q p' ≥ α p q'``: p, q sine and cosine of ``near``, p', q' those of ``far``.

    ``w = N c − q near y`` is orthogonal to ``near``, so that ``(C + E)`` takes it to what is orthogonal to ``far``.
    """
    x = d.instance
    near, far = vectors
    c, y = _pair(d, near)
    p, q, q_far = _sine(d, near), _cosine(d, near), _cosine(d, far)
    p_far, epsilon = x.ops.singular_value(outside(x, far), 0), change(x)
    w, g = x.N * c - q * near * y, far.T * x.N * c
    length = d.norm(g)
    right, left = (w, -far * g) if name == "V" else (-far * g, w)
    moved = d.spectral_norm(x.E, right=right, left=left)
    across = d.spectral_norm(outside(x, far), right=g, left=_beside(d, near))
    bound = x.alpha * epsilon + q * p_far
    product = d.combine("along w", p * length * (bound - x.alpha * p * length), {moved: x.alpha, across: q})
    shorter = d.cancel("α p ‖Lᵀ N c‖ ≤ α‖E‖ + q p'", bound - x.alpha * p * length, p * length, product)
    span, k = sympy.MatrixSymbol(rf"B_{{{name}}}", *y.shape[:1] * 2), inside(x, far)
    longer = d.root("‖Lᵀ N c‖ ≥ q'", length, q_far, using=at_least_everywhere(k * k.T, span, q_far))
    goal = x.alpha * epsilon + q * _sine(d, far) - x.alpha * p * q_far
    return d.combine("α p q' ≤ α‖E‖ + q p'", goal, {shorter: 1, longer: x.alpha * p, far_is_small: q})
