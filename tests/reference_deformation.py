"""Slow definitions of the statements on deformations: differences of losses at 60 digits, and mpmath's spectra."""

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf

from tests.reference import eigen, sigma
from tests.reference_curvature import STEP, mixed_difference, quadratic


def stretched(columns: Any, factor: Any) -> Any:
    """The matrix that multiplies the span of orthonormal columns by a factor."""
    return mpmath.eye(columns.rows) + (mpf(factor) - 1) * columns * columns.T


def pair_loss(x: dict[str, Any], C: Any, W: Any) -> Callable[[Any, Any, mpf, mpf], mpf]:
    """The loss of a model with a pair of layers, as a function of changes of C and W and of how far along s and t."""

    def loss(dC: Any, dW: Any, s: mpf, t: mpf) -> mpf:
        h = x["h"] + s * x["h_s"] + t * x["h_t"] + s * t * x["h_st"]
        z = (C + dC) * (W + dW) * h
        moved = z - C * W * x["h"]
        return quadratic(x["S"], moved, moved) + ((x["g"] + s * x["a"] + t * x["b"]).T * moved)[0]

    return loss


def deformation_congruence(alpha: Any, **x: Any) -> tuple[mpf, mpf]:
    T, inverse = stretched(x["U"], alpha), stretched(x["U"], 1 / mpf(float(alpha)))
    locked, inserted = pair_loss(x, inverse, T * x["W"]), pair_loss(x, mpmath.eye(T.rows), x["W"])
    lhs = mixed_difference(lambda s, t: locked(s * x["R"] + t * x["R2"], s * x["P"] + t * x["P2"], s, t))
    P, P2, R, R2 = inverse * x["P"], inverse * x["P2"], x["R"] * T, x["R2"] * T
    return lhs, mixed_difference(lambda s, t: inserted(s * R + t * R2, s * P + t * P2, s, t))


def congruent(M: Any, columns: Any, within: Any, E: Any) -> Any:
    rest = stretched(columns, 0)
    change = columns * within * columns.T + rest * E * rest
    return change.T * M * change


def deformed(M: Any, P: Any, E: Any, alpha: Any) -> Any:
    return congruent(M, P, mpf(float(alpha)) * mpmath.eye(P.cols), E)


def quadratic_law(M: Any, P: Any, E: Any, alpha: Any) -> tuple[mpf, mpf]:
    return sigma(deformed(M, P, E, alpha), 1), mpf(float(alpha)) ** 2 * sigma(P.T * M * P, 1)


def quadratic_law_crude(M: Any, P: Any, E: Any, alpha: Any) -> tuple[mpf, mpf]:
    return sigma(deformed(M, P, E, alpha), 1), mpf(float(alpha)) ** 2 * sigma(M, 1)


def quadratic_law_upper(M: Any, P: Any, E: Any, alpha: Any) -> tuple[mpf, mpf]:
    value, factor, rest = sigma(deformed(M, P, E, alpha), 1), mpf(float(alpha)), stretched(P, 0)
    between = max(sigma(P.T * M * rest, 1), sigma(rest * M * P, 1))
    return (value - factor**2 * sigma(P.T * M * P, 1)) * (value - sigma(rest * M * rest, 1)), (factor * between) ** 2


def block_exponents(M: Any, P: Any, E: Any, alpha: Any) -> tuple[mpf, mpf]:
    rest = stretched(P, 0)
    return sigma(P.T * deformed(M, P, E, alpha) * rest, 1), mpf(float(alpha)) * sigma(P.T * M * rest, 1)


def block_exponents_rest(M: Any, P: Any, E: Any, alpha: Any) -> tuple[mpf, mpf]:
    rest = stretched(P, 0)
    return sigma(rest * deformed(M, P, E, alpha) * rest, 1), sigma(rest * M * rest, 1)


def multi_lock(M: Any, V: Any, A: Any, E: Any) -> tuple[mpf, mpf]:
    return sigma(congruent(M, V, A, E), 1), sigma((V * A).T * M * (V * A), 1)


def multi_lock_upper(M: Any, V: Any, A: Any, E: Any, alpha: Any) -> tuple[mpf, mpf]:
    factor = mpf(float(alpha))
    return sigma(congruent(M, V, factor * A, E), 1), factor**2 * sigma(M, 1)


def compensator_before(alpha: Any, **x: Any) -> tuple[mpf, mpf]:
    T, inverse = stretched(x["V"], alpha), stretched(x["V"], 1 / mpf(float(alpha)))
    locked, inserted = pair_loss(x, x["W"] * T, inverse), pair_loss(x, x["W"], mpmath.eye(T.rows))
    lhs = mixed_difference(lambda s, t: locked(s * x["P"] + t * x["P2"], s * x["R"] + t * x["R2"], s, t))
    P, P2, R, R2 = x["P"] * inverse, x["P2"] * inverse, T * x["R"], T * x["R2"]
    return lhs, mixed_difference(lambda s, t: inserted(s * P + t * P2, s * R + t * R2, s, t))


def two_sided_lock(**x: Any) -> tuple[mpf, mpf]:
    identity, small = mpmath.eye(x["U"].rows), mpmath.eye(x["A"].rows)
    T = identity + x["U"] * (x["A"] - small) * x["U"].T
    inverse = T**-1
    locked, inserted = pair_loss(x, inverse, T * x["W"]), pair_loss(x, identity, x["W"])
    lhs = mixed_difference(lambda s, t: locked(s * x["R"] + t * x["R2"], s * x["P"] + t * x["P2"], s, t))
    P, P2, R, R2 = inverse * x["P"], inverse * x["P2"], x["R"] * T, x["R2"] * T
    return lhs, mixed_difference(lambda s, t: inserted(s * R + t * R2, s * P + t * P2, s, t))


def two_sided_lock_frozen(alpha: Any, **x: Any) -> tuple[mpf, mpf]:
    factor, rest = mpf(float(alpha)), stretched(x["V"], 0)
    frozen = factor * x["V"] * x["V"].T + rest * x["E"] * rest

    def loss(C: Any) -> Callable[[mpf, mpf], mpf]:
        def at(s: mpf, t: mpf) -> mpf:
            z = C * (x["W"] + x["V"] * (s * x["X"] + t * x["Y"])) * x["h"]
            moved = z - C * x["W"] * x["h"]
            return quadratic(x["S"], moved, moved) + (x["g"].T * moved)[0]

        return at

    return mixed_difference(loss(frozen)), factor**2 * mixed_difference(loss(mpmath.eye(frozen.rows)))


def rotated_form(**x: Any) -> tuple[mpf, mpf]:
    Q = x["Q"]
    rotated, dense = pair_loss(x, x["C"] * Q, Q.T * x["W"]), pair_loss(x, x["C"], x["W"])
    lhs = mixed_difference(lambda s, t: rotated(s * x["R"] + t * x["R2"], s * x["P"] + t * x["P2"], s, t))
    P, P2, R, R2 = Q * x["P"], Q * x["P2"], x["R"] * Q.T, x["R2"] * Q.T
    return lhs, mixed_difference(lambda s, t: dense(s * R + t * R2, s * P + t * P2, s, t))


def difference(loss: Callable[[mpf], mpf]) -> mpf:
    """The derivative at zero."""
    return (loss(STEP) - loss(-STEP)) / (2 * STEP)


def gradient_law(alpha: Any, **x: Any) -> tuple[mpf, mpf]:
    factor, U, W, g, h = mpf(float(alpha)), x["U"], x["W"], x["g"], x["h"]
    T, inverse, identity = stretched(U, alpha), stretched(U, 1 / factor), mpmath.eye(U.rows)
    inflated, beside = x["X"] * U.T, x["Y"] * stretched(U, 0)

    def slope(C: Any, weight: Any, dC: Any, dW: Any) -> mpf:
        return difference(lambda s: (g.T * (C + s * dC) * (weight + s * dW) * h)[0])

    none_c, none_w = 0 * identity, 0 * W
    parts = slope(identity, W, none_c, inverse * x["P"]) + slope(identity, W, beside, none_w)
    return slope(inverse, T * W, inflated + beside, x["P"]), parts + factor * slope(identity, W, inflated, none_w)


def gauge_nullity(**x: Any) -> tuple[mpf, mpf]:
    C, W, S, g = x["C"], x["W"], x["S"], x["g"]

    def loss(dC: Any, dW: Any, t: mpf) -> mpf:
        # b moves the gradient along t alone; only M's action on both directions counts.
        moved = (C + dC) * (W + dW) * (x["h"] + t * x["h_t"]) - C * W * x["h"]
        symmetric = (x["M"] + x["M"].T) / 2
        return quadratic(symmetric, moved, moved) / 2 + ((g + t * x["b"]).T * moved)[0]

    lhs = mixed_difference(lambda s, t: loss(-s * C * S + t * x["R"], s * S * W + t * x["P"], t))
    rhs = difference(lambda s: (g.T * (C + s * x["R"] * S) * (W - s * S * x["P"]) * x["h"])[0])
    return lhs, rhs


def uniform_scaling_is_no_lock(M: Any, b: Any, theta: Any, y: Any, alpha: Any, eta: Any) -> tuple[mpf, mpf]:
    factor, rate = mpf(float(alpha)), mpf(float(eta))
    plain, scaled = theta, theta / factor
    for _ in range(2):
        plain = plain - rate * (M * plain - b)
        scaled = scaled - rate / factor**2 * factor * (M * (factor * scaled) - b)
    return factor * (y.T * scaled)[0], (y.T * plain)[0]


def inertia(S: Any, D: Any, i: int) -> tuple[mpf, mpf]:
    M = S + S.T
    before, after = eigen(M)[0][i - 1], eigen(D.T * M * D)[0][i - 1]
    return before * after, sigma(D, D.cols) ** 2 * before**2


def low_rank_form(W: Any, U: Any, y: Any, z: Any, alpha: Any) -> tuple[mpf, mpf]:
    T = stretched(U, mpf(float(alpha)))
    return (y.T * mp.lu_solve(T, T * W * z))[0], (y.T * W * z)[0]


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    function.__name__: function
    for function in (
        deformation_congruence,
        quadratic_law,
        quadratic_law_crude,
        quadratic_law_upper,
        block_exponents,
        block_exponents_rest,
        multi_lock,
        multi_lock_upper,
        compensator_before,
        two_sided_lock,
        two_sided_lock_frozen,
        rotated_form,
        gradient_law,
        gauge_nullity,
        uniform_scaling_is_no_lock,
        inertia,
        low_rank_form,
    )
}
