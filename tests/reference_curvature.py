"""Slow definitions of the statements on curvature: finite differences of losses at 60 digits, and mpmath's spectra.

A mixed second derivative is the central difference of the loss itself, with a step so small that 20 digits and more
are right; nothing here knows of the product rule, of Kronecker products or of the library.
"""

from collections.abc import Callable
from typing import Any

from mpmath import mpf

STEP = mpf(10) ** -12


def mixed_difference(loss: Callable[[mpf, mpf], mpf]) -> mpf:
    """∂²/∂s∂t loss(s, t) at zero."""
    h = STEP
    return (loss(h, h) - loss(h, -h) - loss(-h, h) + loss(-h, -h)) / (4 * h * h)


def quadratic(matrix: Any, left: Any, right: Any) -> mpf:
    return (left.T * matrix * right)[0]


def layer_curvature(P: Any, R: Any, W: Any, h1: Any, h2: Any, S1: Any, N: Any, S2: Any) -> tuple[mpf, mpf]:
    def loss(s: mpf, t: mpf) -> mpf:
        z1, z2 = (W + s * P + t * R) * h1, (W + s * P + t * R) * h2
        return quadratic(S1, z1, z1) + quadratic(N, z1, z2) + quadratic(S2, z2, z2)

    difference = mixed_difference(loss)
    return difference, difference


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {"layer_curvature": layer_curvature}
