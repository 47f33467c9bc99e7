"""Slow definitions of the statements on deformations: differences of losses at 60 digits, and mpmath's spectra."""

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mpf

from tests.reference import sigma
from tests.reference_curvature import mixed_difference, quadratic


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
    )
}
