"""Slow definitions of the statements on the limits of locks: spectra of a changed compensator, by mpmath."""

from collections.abc import Callable
from typing import Any

from mpmath import mpf

from tests.reference import right_vectors, side_by_side, sigma
from tests.reference_deformation import stretched


def changed(U: Any, E: Any, alpha: Any) -> Any:
    return stretched(U, 1 / mpf(float(alpha))) + E


def lock_detection_gap(U: Any, E: Any, i: int, j: int, alpha: Any) -> tuple[mpf, mpf]:
    found = changed(U, E, alpha)
    gap = sigma(found, i) - sigma(found, U.rows - U.cols + j)
    return gap, 1 - 1 / mpf(float(alpha)) - 2 * sigma(E, 1)


def lock_detection_factor(U: Any, E: Any, i: int, alpha: Any) -> tuple[mpf, mpf]:
    found = sigma(changed(U, E, alpha), U.rows - U.cols + i)
    return (found - 1 / mpf(float(alpha))) ** 2, sigma(E, 1) ** 2


def lock_detection(U: Any, E: Any, i: int, alpha: Any) -> tuple[mpf, mpf]:
    vectors = side_by_side(right_vectors(changed(U, E, alpha), i))
    size = sigma(E, 1)
    return (1 - 1 / mpf(float(alpha)) - size) * sigma(U.T * vectors, 1), size


def lock_detection_angle(N: Any, E: Any, alpha: Any) -> tuple[mpf, mpf]:
    factor = mpf(float(alpha))
    vectors = side_by_side(right_vectors(stretched(N, factor) / factor + E, N.cols))
    missed = sigma(vectors - N * (N.T * vectors), 1)
    return (factor - 1) * missed * sigma(N.T * vectors, N.cols), factor * sigma(E, 1)


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    function.__name__: function
    for function in (lock_detection, lock_detection_angle, lock_detection_factor, lock_detection_gap)
}
