"""Slow definitions of the statements on undoing a lock: differences of losses and recurrences at 60 digits."""

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf

from tests.reference import sigma, squared_norm, top
from tests.reference_curvature import STEP, mixed_difference, quadratic
from tests.reference_deformation import pair_loss, stretched


def along_pair(x: dict[str, Any], C: Any, W: Any) -> mpf:
    """∂²/∂s∂t of the loss of a pair along (P, R) and (P2, R2)."""
    loss = pair_loss(x, C, W)
    return mixed_difference(lambda s, t: loss(s * x["R"] + t * x["R2"], s * x["P"] + t * x["P2"], s, t))


def attack_merge(C: Any, **x: Any) -> tuple[mpf, mpf]:
    W, none = x["W"], 0 * C
    merged = pair_loss(x, mpmath.eye(C.rows), C * W)

    def loss(s: mpf, t: mpf) -> mpf:
        # The weight that the pair really has, without its term in s t, which meets the gradient alone.
        moved = (C + s * x["R"] + t * x["R2"]) * (W + s * x["P"] + t * x["P2"]) - C * W
        apart = s * t * (x["R"] * x["P2"] + x["R2"] * x["P"])
        return merged(none, moved - apart, s, t) + (x["g"].T * apart * x["h"])[0]

    return along_pair(x, C, W), mixed_difference(loss)


def attack_merge_level(M: Any, V: Any) -> tuple[mpf, mpf]:
    return sigma(V.T * M * V, 1), sigma(M, 1)


def attack_rescale(T: Any, **x: Any) -> tuple[mpf, mpf]:
    one = mpmath.eye(T.rows)
    return along_pair(x, one, T**-1 * (T * x["W"])), along_pair(x, one, x["W"])


def attack_balance(C: Any, W: Any) -> tuple[mpf, mpf]:
    product = C * W
    return 2 * mp.fsum(top(product, min(product.rows, product.cols))), squared_norm(C) + squared_norm(W)


def attack_balance_level(M: Any, A: Any, B: Any, N: Any, v: Any, r: Any) -> tuple[mpf, mpf]:
    moved = A * v + B * r
    level = (sigma(A, 1) ** 2 + sigma(B, 1) ** 2) * sigma(M, 1) + sigma(N, 1)
    return quadratic(M, moved, moved) + 2 * quadratic(N, v, r), level * (squared_norm(v) + squared_norm(r))


def slopes(loss: Callable[[Any], mpf], at: Any) -> mpmath.matrix:
    """All partial derivatives of a function of a matrix, by differences."""
    found = mpmath.zeros(at.rows, at.cols)
    for i in range(at.rows):
        for j in range(at.cols):
            moved = mpmath.zeros(at.rows, at.cols)
            moved[i, j] = STEP
            found[i, j] = (loss(at + moved) - loss(at - moved)) / (2 * STEP)
    return found


def attack_precondition(
    W: Any, C: Any, U: Any, h: Any, g: Any, y: Any, v: Any, z: Any, alpha: Any, eta: Any
) -> tuple[mpf, mpf]:
    rate, T = mpf(float(eta)), stretched(U, mpf(float(alpha)))
    inverse = T**-1

    def stepped(inner: Any, outer: Any, of_inner: Any, of_outer: Any) -> tuple[Any, Any]:
        by_inner = slopes(lambda at: (g.T * outer * at * h)[0], inner)
        by_outer = slopes(lambda at: (g.T * at * inner * h)[0], outer)
        return inner - rate * of_inner * by_inner, outer - rate * by_outer * of_outer

    inner, outer = stepped(T * W, C * inverse, T * T, inverse * inverse)
    one = mpmath.eye(T.rows)
    pairs = (inverse * inner, outer * T), stepped(W, C, one, one)
    locked, plain = ((y.T * weight * z)[0] + (y.T * compensator * v)[0] for weight, compensator in pairs)
    return locked, plain


def limit_general(D: Any, M: Any, b: Any, theta: Any, y: Any, eta: Any) -> tuple[mpf, mpf]:
    rate, plain = mpf(float(eta)), D * theta
    for _ in range(2):
        theta = theta - rate * mp.lu_solve(D.T * D, D.T * (M * D * theta - b))
        plain = plain - rate * (M * plain - b)
    return (y.T * D * theta)[0], (y.T * plain)[0]


def limit_general_hessian(D: Any, theta: Any, v: Any, w: Any, u: Any, g: Any, S: Any) -> tuple[mpf, mpf]:
    def loss(s: mpf, t: mpf) -> mpf:
        moved = D * (theta + s * v + t * w + s * t * u) - D * theta
        return quadratic(S, moved, moved) + (g.T * moved)[0]

    locked = D.T * (S + S.T) * D
    return mixed_difference(loss), quadratic(locked, v, w) + (g.T * D * u)[0]


def limit_general_level(H: Any, D: Any) -> tuple[mpf, mpf]:
    return sigma(H, 1), sigma(D.T * H * D, 1) / sigma(D, D.rows) ** 2


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    function.__name__: function
    for function in (
        attack_merge,
        attack_merge_level,
        attack_rescale,
        attack_balance,
        attack_balance_level,
        attack_precondition,
        limit_general,
        limit_general_hessian,
        limit_general_level,
    )
}
