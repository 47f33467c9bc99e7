"""Slow definitions of the statements on rates on classes of functions: runs on worst functions, at 60 digits.

A constant is what a worst function gives: a Huber function, a zigzag, gradients that turn. Steps of Newton's method
solve their equations along eigenvectors; minima of quadratic functions are solved for.
"""

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf

from tests.reference import eigen, squared_norm


def norm(matrix: Any) -> mpf:
    return mp.sqrt(squared_norm(matrix))


def number(value: Any) -> mpf:
    return mpf(float(value))


def huber_left(steps: int) -> mpf:
    """What gradient descent leaves, from 1, of the Huber function that is linear beyond ``1/(2 steps + 1)``, L = 1."""
    bend, point = mpf(1) / (2 * steps + 1), mpf(1)
    for _ in range(steps):
        point -= min(point, bend)
    return point**2 / 2 if point <= bend else bend * point - bend**2 / 2


def gd_convex(G: Any, F: Any, e: Any, L: Any) -> tuple[mpf, mpf]:
    steps = G.cols - 1
    return F[0, steps] / huber_left(steps), number(L) * squared_norm(e)


def fallen_on_a_zigzag(h: mpf) -> mpf:
    """By how much a value falls on the way from gradient 1 to gradient 1 that has slopes −1 and 1, of length h."""
    return mp.quad(lambda t: 1 - min(t, h - t), [0, h / 2, h])


def fallen_on_a_turn(h: mpf) -> mpf:
    """The least by which a value falls from a gradient 1 to one that a step changes by h and leaves as long, L = 1."""
    after = mp.expj(2 * mp.asin(h / 2))
    along = mp.quad(lambda t: mp.re(1 + t * (after - 1)), [0, 1])
    return h * along + (abs(after - 1) ** 2 - h**2) / 4


def nonconvex(fallen: Callable[[mpf], mpf], F: Any, L: Any, h: Any, gamma: Any) -> tuple[mpf, mpf]:
    start = fallen(number(h)) * (F.cols - 1) + mpf(1) / 2
    return 4 * number(L) * F[0, 0], 4 * start * number(gamma) ** 2


def gd_nonconvex(G: Any, F: Any, L: Any, h: Any, gamma: Any) -> tuple[mpf, mpf]:
    return nonconvex(fallen_on_a_zigzag, F, L, h, gamma)


def gd_nonconvex_long(G: Any, F: Any, L: Any, h: Any, gamma: Any) -> tuple[mpf, mpf]:
    return nonconvex(fallen_on_a_turn, F, L, h, gamma)


def newton_step(C: Any, X: Any, Y: Any, e: Any, mu: Any, M: Any) -> mpmath.matrix:
    """Where a step leads from e: ``e − H⁻¹ B e``, by the normal equations of H."""
    reach = number(M) * norm(e)
    values, vectors = eigen(C.T * C)
    at_minimizer = mpmath.zeros(C.cols)
    for value, vector in zip(values, vectors, strict=True):
        at_minimizer += (number(mu) + value) * vector * vector.T
    hessian = at_minimizer + reach * X
    gradient = (hessian - reach / 2 * Y) * e
    return e - mp.lu_solve(hessian.T * hessian, hessian.T * gradient)


def newton_local(C: Any, X: Any, Y: Any, e: Any, mu: Any, M: Any) -> tuple[mpf, mpf]:
    length = norm(e)
    return (number(mu) - number(M) * length) * norm(newton_step(C, X, Y, e, mu, M)), number(M) * length**2 / 2


def newton_radius(C: Any, X: Any, Y: Any, e: Any, mu: Any, M: Any) -> tuple[mpf, mpf]:
    return norm(newton_step(C, X, Y, e, mu, M)), norm(e)


def cubic_newton(C: Any, s: Any, rho: Any, M: Any, L: Any) -> tuple[mpf, mpf]:
    """The decrease by integrating the curvature along the step: ``−gᵀs − ∫(1 − t) sᵀ(H + t L‖s‖ρ I)s dt``."""
    length, m, smooth = norm(s), number(M), number(L)
    curvature = squared_norm(C * s) - m / 2 * length**3
    slope = -curvature - m / 2 * length**3
    bent = mp.quad(lambda t: (1 - t) * (curvature + t * smooth * rho[0, 0] * length**3), [0, 1])
    return -slope - bent, (m / 4 - smooth / 6) * length**3


def cubic_newton_gradient(C: Any, s: Any, R: Any, M: Any, L: Any) -> tuple[mpf, mpf]:
    length, m, smooth = norm(s), number(M), number(L)
    after = [smooth * length / 2 * (R * s)[i] - m * length / 2 * s[i] for i in range(s.rows)]
    return mp.sqrt(mp.fsum(value**2 for value in after)), (smooth + m) * length**2 / 2


def worst(size: int) -> tuple[mpmath.matrix, mpmath.matrix, mpf]:
    """Nesterov's function ``(xᵀTx/2 − x₁)/4`` with L = 1: its T, its minimizer, and its least value."""
    tridiagonal = mpmath.matrix(size)
    for i in range(size):
        tridiagonal[i, i] = 2
        if i:
            tridiagonal[i, i - 1] = tridiagonal[i - 1, i] = -1
    first = mpmath.matrix([int(i == 0) for i in range(size)])
    minimizer = mp.lu_solve(tridiagonal, first)
    return tridiagonal, minimizer, -minimizer[0] / 8


def first_order_lower(X: Any, L: Any) -> tuple[mpf, mpf]:
    steps = X.cols
    tridiagonal, minimizer, least = worst(2 * steps + 1)
    point = mpmath.matrix([X[0, i] if i < steps else 0 for i in range(2 * steps + 1)])
    value = ((point.T * tridiagonal * point)[0] / 2 - point[0]) / 4
    # In the first variables alone, the least value gives the bound that is attained.
    attained = worst(steps)[2] - least
    distance = squared_norm(minimizer)
    factor = 3 * (steps + 1) * distance / attained
    return factor * number(L) * (value - least), 3 * (steps + 1) * number(L) * distance


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    function.__name__: function
    for function in (
        gd_convex,
        gd_nonconvex,
        gd_nonconvex_long,
        newton_local,
        newton_radius,
        cubic_newton,
        cubic_newton_gradient,
        first_order_lower,
    )
}
