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


def deformed(M: Any, P: Any, E: Any, alpha: Any) -> Any:
    rest = stretched(P, 0)
    change = mpf(float(alpha)) * P * P.T + rest * E * rest
    return change.T * M * change


def quadratic_law(M: Any, P: Any, E: Any, alpha: Any) -> tuple[mpf, mpf]:
    return sigma(deformed(M, P, E, alpha), 1), mpf(float(alpha)) ** 2 * sigma(P.T * M * P, 1)


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    "deformation_congruence": deformation_congruence,
    "quadratic_law": quadratic_law,
}
