"""Slow definitions of the statements on training a locked model: recurrences and spectra at 60 digits, by mpmath.

A step of an optimizer is a map of (point, velocity, 1) here, given by one matrix; a step of Newton's method solves its
equations by mpmath's LU decomposition; rounding is done entry by entry.
"""

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf

from tests.reference import left_vectors, side_by_side, sigma, squared_norm
from tests.reference_deformation import stretched

STEPS = 2


def inner(left: Any, right: Any) -> mpf:
    return mp.fsum(left[i] * right[i] for i in range(left.rows))


def norm(matrix: Any) -> mpf:
    return mp.sqrt(squared_norm(matrix))


def stacked(blocks: list[list[Any]]) -> mpmath.matrix:
    """One matrix from rows of blocks."""
    rows = [[block[i, j] for block in row for j in range(block.cols)] for row in blocks for i in range(row[0].rows)]
    return mpmath.matrix(rows)


def after(linear: Any, constant: Any, point: Any, velocity: Any, numbers: dict[str, mpf]) -> mpmath.matrix:
    """Where the steps lead under the gradient ``linear · point − constant``."""
    size = point.rows
    one, column = mpmath.eye(size), mpmath.zeros(size, 1)
    nu, mu, beta, gamma, delta = (numbers[name] for name in ("nu", "mu", "beta", "gamma", "delta"))
    gradient = linear + gamma * one
    step = stacked(
        [
            [(1 - delta) * one - (nu + mu) * gradient, -mu * beta * one, (nu + mu) * constant],
            [gradient, beta * one, -constant],
            [column.T, column.T, mpmath.matrix([[1]])],
        ]
    )
    return (step**STEPS * stacked([[point], [velocity], [mpmath.matrix([[1]])]]))[:size]


def trajectory_equivalence(D: Any, M: Any, b: Any, theta: Any, v: Any, y: Any, **numbers: Any) -> tuple[mpf, mpf]:
    exact = {name: mpf(float(value)) for name, value in numbers.items()}
    locked = after(D.T * M * D, D.T * b, theta, v, exact)
    inserted = after(D * D.T * M, D * D.T * b, D * theta, D * v, exact)
    return inner(y, D * locked), inner(y, inserted)


def clipped_step(g: Any, P: Any, E: Any, alpha: Any) -> tuple[Any, Any, mpmath.matrix]:
    """The projections onto what is inflated and onto the rest, and ``D Dᵀ g``."""
    along = P * P.T
    rest = mpmath.eye(P.rows) - along
    D = mpf(float(alpha)) * along + rest * E * rest
    return along, rest, D * (D.T * g)


def clipping_law(g: Any, P: Any, E: Any, alpha: Any, eta: Any, tau: Any, c: Any) -> tuple[mpf, mpf]:
    along, _, step = clipped_step(g, P, E, alpha)
    return mpf(float(eta)) * mpf(float(c)) * norm(along * step), mpf(float(eta)) * mpf(float(tau)) * mpf(float(alpha))


def clipping_law_lower(g: Any, P: Any, E: Any, alpha: Any, eta: Any, tau: Any, c: Any) -> tuple[mpf, mpf]:
    along, rest, _ = clipped_step(g, P, E, alpha)
    moved, bound = clipping_law(g, P, E, alpha, eta, tau, c)
    twice = 2 * mpf(float(alpha)) ** 2 * squared_norm(along * g)
    return (twice + squared_norm(rest * E.T * rest * g)) * moved, twice * bound


def clipping_law_rest(g: Any, P: Any, E: Any, alpha: Any, eta: Any, tau: Any, c: Any) -> tuple[mpf, mpf]:
    along, rest, step = clipped_step(g, P, E, alpha)
    pace = mpf(float(eta)) * mpf(float(c)) * mpf(float(alpha)) * norm(along * g)
    return pace * norm(rest * step), mpf(float(eta)) * mpf(float(tau)) * norm(rest * E.T * rest * g)


def newton_invariance(M: Any, D: Any, g: Any, y: Any) -> tuple[mpf, mpf]:
    return inner(y, D * mp.lu_solve(D.T * M * D, D.T * g)), inner(y, mp.lu_solve(M, g))


def damping_favours_lock(J: Any, D: Any, g: Any, y: Any, damping: Any) -> tuple[mpf, mpf]:
    amount, image = mpf(float(damping)), J * D
    locked = mp.lu_solve(image.T * image + amount * mpmath.eye(D.rows), D.T * g)
    metric = (D * D.T) ** -1
    return inner(y, D * locked), inner(y, mp.lu_solve(J.T * J + amount * metric, g))


def inflated(W: Any, k: int, alpha: Any) -> mpmath.matrix:
    return stretched(side_by_side(left_vectors(W, k)), float(alpha)) * W


def deformation_spectrum(W: Any, k: int, i: int, alpha: Any) -> tuple[mpf, mpf]:
    return sigma(inflated(W, k, alpha), i), mpf(float(alpha)) * sigma(W, i)


def deformation_spectrum_rest(W: Any, k: int, i: int, alpha: Any) -> tuple[mpf, mpf]:
    return sigma(inflated(W, k, alpha), k + i), sigma(W, k + i)


def compensator_spectrum(U: Any, i: int, alpha: Any) -> tuple[mpf, mpf]:
    return sigma(stretched(U, 1 / mpf(float(alpha))), i), mpf(1)


def compensator_spectrum_contracted(U: Any, i: int, alpha: Any) -> tuple[mpf, mpf]:
    return sigma(stretched(U, 1 / mpf(float(alpha))), U.rows - U.cols + i), 1 / mpf(float(alpha))


def each(matrix: Any, change: Callable[[int, int], mpf]) -> mpmath.matrix:
    """The matrix of that shape with these entries."""
    return mpmath.matrix([[change(i, j) for j in range(matrix.cols)] for i in range(matrix.rows)])


def rounded(matrix: Any, signs: Any, unit: mpf) -> mpmath.matrix:
    return each(matrix, lambda i, j: matrix[i, j] + unit * signs[i, j] * abs(matrix[i, j]))


def precision_ceiling(C: Any, V: Any, X: Any, Y: Any, u: Any) -> tuple[mpf, mpf]:
    unit = mpf(float(u))
    sizes = each(C, lambda i, j: abs(C[i, j]))
    bound = unit * (sigma(C, 1) + (1 + unit) * sigma(sizes, 1)) * norm(V)
    return norm(rounded(C, X, unit) * rounded(V, Y, unit) - C * V), bound


def rotated_spectrum(V: Any, Q: Any, i: int) -> tuple[mpf, mpf]:
    return sigma(Q.T * V, i), sigma(V, i)


def rotated_precision(Q: Any, W: Any, t: Any, X: Any, Y: Any, u: Any) -> tuple[mpf, mpf]:
    unit, turned = mpf(float(u)), Q.T * W
    outer = each(Q, lambda i, j: Q[i, j] / t[j] ** 2)
    inner = each(W, lambda i, j: t[i] ** 2 * turned[i, j])
    error = norm(rounded(outer, X, unit) * rounded(inner, Y, unit) - W)
    sizes = each(Q, lambda i, j: abs(Q[i, j]))
    return error, unit * (1 + (1 + unit) * sigma(sizes, 1)) * norm(W)


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    function.__name__: function
    for function in (
        trajectory_equivalence,
        clipping_law,
        clipping_law_lower,
        clipping_law_rest,
        newton_invariance,
        damping_favours_lock,
        deformation_spectrum,
        deformation_spectrum_rest,
        compensator_spectrum,
        compensator_spectrum_contracted,
        precision_ceiling,
        rotated_spectrum,
        rotated_precision,
    )
}
