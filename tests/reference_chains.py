"""Slow definitions of the statements on chains of factors: differences of losses at 60 digits."""

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mpf

from tests.reference_curvature import mixed_difference, quadratic
from tests.reference_deformation import stretched


def chain_loss(x: dict[str, Any], C: Any, G: Callable[[mpf, mpf], Any], F: Callable[[mpf, mpf], Any], h: Any) -> mpf:
    """∂²/∂s∂t of the loss behind ``C G(s, t) F(s, t) h``."""
    start = C * G(mpf(0), mpf(0)) * F(mpf(0), mpf(0)) * h

    def loss(s: mpf, t: mpf) -> mpf:
        moved = C * G(s, t) * F(s, t) * h - start
        return quadratic(x["S"], moved, moved) + (x["g"].T * moved)[0]

    return mixed_difference(loss)


def moving(value: Any, ds: Any, dt: Any, mixed: Any) -> Callable[[mpf, mpf], Any]:
    return lambda s, t: value + s * ds + t * dt + s * t * mixed


def attack_factor_chain(alpha: Any, beta: Any, **x: Any) -> tuple[mpf, mpf]:
    T, Z = stretched(x["V"], alpha), stretched(x["U"], beta)
    C, undone = T**-1, Z**-1
    G = moving(T * x["G"] * undone, x["P2"], x["R2"], x["N2"])
    locked = chain_loss(x, C, G, moving(Z * x["F"], x["P"], x["R"], x["N"]), x["h"])
    G = moving(x["G"], *(C * x[name] * Z for name in ("P2", "R2", "N2")))
    F = moving(x["F"], *(undone * x[name] for name in ("P", "R", "N")))
    return locked, chain_loss(x, mpmath.eye(T.rows), G, F, x["h"])


def attack_factor_chain_lower(alpha: Any, beta: Any, **x: Any) -> tuple[mpf, mpf]:
    factor, shape = mpf(float(beta)), (x["F"].rows, x["F"].cols)
    outside = stretched(x["V"], 0)
    G = moving(x["F"], outside * x["X"] * x["U"].T, outside * x["Y"] * x["U"].T, mpmath.zeros(*shape))

    def behind(C: Any, inner: Any) -> mpf:
        return chain_loss(x, C, G, lambda s, t: inner, x["h"])

    locked = behind(stretched(x["V"], alpha) ** -1, stretched(x["U"], factor))
    return locked, factor**2 * behind(mpmath.eye(shape[0]), mpmath.eye(shape[1]))


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    function.__name__: function for function in (attack_factor_chain, attack_factor_chain_lower)
}
