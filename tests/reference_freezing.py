"""Slow definitions of the statements on attackers who freeze and insert: differences of losses at 60 digits."""

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mpf

from tests.reference_curvature import mixed_difference, quadratic
from tests.reference_deformation import stretched


def around(x: dict[str, Any], layers: Callable[[mpf, mpf], Any]) -> mpf:
    """The mixed difference of the loss behind ``layers(s, t) h``, the rest of the model as in the statements."""
    start = layers(mpf(0), mpf(0)) * x["h"]

    def loss(s: mpf, t: mpf) -> mpf:
        h = x["h"] + s * x["h_s"] + t * x["h_t"] + s * t * x["h_st"]
        moved = layers(s, t) * h - start
        return quadratic(x["S"], moved, moved) + ((x["g"] + s * x["a"] + t * x["b"]).T * moved)[0]

    return mixed_difference(loss)


def line(value: Any, along_s: Any, along_t: Any) -> Callable[[mpf, mpf], Any]:
    return lambda s, t: value + s * along_s + t * along_t


def attack_freeze(C: Any, W: Any, P: Any, P2: Any, R: Any, **x: Any) -> tuple[mpf, mpf]:
    locked, base = line(W, P, P2), line(C * W, C * P, C * P2)
    return around(x, lambda s, t: C * locked(s, t)), around(x, base)


def attack_parallel(C: Any, W: Any, Delta: Any, P: Any, P2: Any, P12: Any, **x: Any) -> tuple[mpf, mpf]:
    added, base = line(Delta, P, P2), line(C * W + Delta, P, P2)
    lhs = around(x, lambda s, t: C * W + (added(s, t) + s * t * P12))
    return lhs, around(x, lambda s, t: base(s, t) + s * t * P12)


def attack_inject(W: Any, T: Any, B: Any, R: Any, R2: Any, A: Any, X: Any, X2: Any, **x: Any) -> tuple[mpf, mpf]:
    behind, before = line(B, R, R2), line(A, X, X2)
    compensator, deformed = T**-1, T * W
    lhs = around(x, lambda s, t: behind(s, t) * compensator * deformed * before(s, t))
    return lhs, around(x, lambda s, t: behind(s, t) * W * before(s, t))


def attack_inject_inside(
    W: Any, U: Any, E: Any, G: Any, Y: Any, Y2: Any, h: Any, g: Any, S: Any, alpha: Any
) -> tuple[mpf, mpf]:
    factor, rest, along = mpf(float(alpha)), stretched(U, 0), U * U.T
    compensator, deformed = along / factor + E * rest, factor * along * W + rest * G
    identity, nothing = mpmath.eye(U.rows), 0 * h
    x = {"h": h, "h_s": nothing, "h_t": nothing, "h_st": nothing, "g": g, "S": S, "a": 0 * g, "b": 0 * g}
    inside = line(identity, rest * Y * U.T, rest * Y2 * U.T)
    mapped = line(identity, E * rest * Y * U.T, E * rest * Y2 * U.T)
    lhs = around(x, lambda s, t: compensator * inside(s, t) * deformed)
    return lhs, factor**2 * around(x, lambda s, t: mapped(s, t) * W)


def attack_lora(C: Any, W: Any, B: Any, R: Any, R2: Any, A: Any, X: Any, X2: Any, **x: Any) -> tuple[mpf, mpf]:
    up, down, mapped = line(B, R, R2), line(A, X, X2), line(C * B, C * R, C * R2)
    lhs = around(x, lambda s, t: C * (W + up(s, t) * down(s, t)))
    return lhs, around(x, lambda s, t: C * W + mapped(s, t) * down(s, t))


def attack_lora_on_compensator(
    W: Any, U: Any, B: Any, R: Any, R2: Any, A: Any, X: Any, X2: Any, alpha: Any, **x: Any
) -> tuple[mpf, mpf]:
    T, inverse = stretched(U, alpha), stretched(U, 1 / mpf(float(alpha)))
    up, down, mapped = line(B, R, R2), line(A, X, X2), line(A * T, X * T, X2 * T)
    lhs = around(x, lambda s, t: (inverse + up(s, t) * down(s, t)) * (T * W))
    return lhs, around(x, lambda s, t: W + up(s, t) * mapped(s, t) * W)


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    function.__name__: function
    for function in (
        attack_freeze,
        attack_inject,
        attack_inject_inside,
        attack_lora,
        attack_lora_on_compensator,
        attack_parallel,
    )
}
