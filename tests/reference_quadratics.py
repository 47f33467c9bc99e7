"""Slow definitions of the statements on rates on quadratics: recurrences and spectra, at 60 digits, by mpmath.

A step with momentum is one matrix acting on two points stacked here, and energies are written as sums of squares of
points instead of their differences.
"""

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf

from tests.reference import eigen, sigma, squared_norm
from tests.reference_training import inner, norm, stacked

SIDES: dict[str, Callable[..., Any]] = {}

Sides = tuple[mpf, mpf]


def slow(function: Callable[..., Sides]) -> Callable[..., Sides]:
    """Enters a definition whose numbers are read exactly; integers stay what they are."""

    def exactly(**values: Any) -> Sides:
        return function(**{name: value if kept(value) else mpf(float(value)) for name, value in values.items()})

    SIDES[function.__name__] = exactly
    return exactly


def kept(value: Any) -> bool:
    return isinstance(value, int | mpmath.matrix)


def eye(size: int) -> mpmath.matrix:
    return mpmath.eye(size)


def form(matrix: Any, column: Any) -> mpf:
    """``columnᵀ matrix column``, from the eigenvalues of the symmetric part."""
    values, vectors = eigen((matrix + matrix.T) / 2)
    return mp.fsum(value * inner(vector, column) ** 2 for value, vector in zip(values, vectors, strict=True))


def value(g: Any, hessian: Any, point: Any) -> mpf:
    """The quadratic with gradient g and this Hessian at 0."""
    return inner(g, point) + form(hessian, point) / 2


@slow
def descent_lemma(E: Any, g: Any, s: Any, L: mpf) -> Sides:
    return value(g, L * E, s), value(g, L * eye(s.rows), s)


@slow
def gd_descent(E: Any, g: Any, L: mpf, eta: mpf) -> Sides:
    return value(g, L * E, -eta * g), value(g, L * eye(g.rows), -eta * g)


@slow
def gd_strongly_convex(E: Any, e: Any, mu: mpf, gap: mpf, eta: mpf) -> Sides:
    hessian = mu * eye(e.rows) + gap * (eye(e.rows) + E) / 2
    return norm(e - eta * hessian * e), max(abs(1 - eta * mu), abs(1 - eta * (mu + gap))) * norm(e)


def largest_apart(hessian: Any, start: mpf, eta: mpf) -> tuple[mpf, mpf, mpf]:
    """``max |start − ηλ|`` over the eigenvalues λ, and the largest and the smallest of them."""
    values, _ = eigen(hessian)
    return max(abs(start - eta * found) for found in values), values[0], values[-1]


@slow
def gd_optimal_step(J: Any, eta: mpf) -> Sides:
    worst, largest, smallest = largest_apart(J.T * J, mpf(1), eta)
    return (largest + smallest) * worst, largest - smallest


@slow
def heavy_ball_best(J: Any, eta: mpf, beta: mpf) -> Sides:
    worst, largest, smallest = largest_apart(J.T * J, 1 + beta, eta)
    return (largest + smallest) * worst, (1 + beta) * (largest - smallest)


@slow
def slowdown_distance(V: Any, h: Any, alpha: mpf, kappa: mpf, G: mpf) -> Sides:
    point, allowed, bound = mpmath.zeros(V.rows, 1), 2 / (alpha**2 * kappa), mpf(0)
    for step in range(V.cols):
        point -= h[step] * V[:, step]
        bound += allowed * G
    return norm(point) / (allowed / 2), bound / (allowed / 2)


def with_eigenvector(S: Any, u: Any, lam: mpf) -> mpmath.matrix:
    along = u * u.T
    return lam * along + (eye(u.rows) - along) * S * (eye(u.rows) - along)


@slow
def edge_instability(S: Any, u: Any, E: Any, x: Any, eta: mpf, lam: mpf, delta: mpf) -> Sides:
    step = eye(x.rows) - eta * with_eigenvector(S, u, lam) - eta * delta * E
    return abs(inner(u, step * x)), (eta * lam - 1) * abs(inner(u, x)) - eta * delta * norm(x)


def followed(A: Any, B: Any, older: Any, newer: Any, steps: int) -> list[mpmath.matrix]:
    """The points of ``x_{t+1} = A x_t − B x_{t−1}``, by one matrix on two points."""
    size = older.rows
    step = stacked([[mpmath.zeros(size), eye(size)], [-B, A]])
    pair = stacked([[older], [newer]])
    pairs = [step**power * pair for power in range(steps + 1)]
    return [older, *(found[size:] for found in pairs)]


def initial_energy(A: Any, B: Any, older: Any, newer: Any, metric: Any) -> mpf:
    """``x_1ᵀ(P + B)x_1 + x_0ᵀ(P + B)x_0 − 2x_1ᵀAx_0``."""
    return form(metric + B, newer) + form(metric + B, older) - 2 * inner(newer, A * older)


@slow
def heavy_ball_limit(K: Any, x0: Any, x1: Any, eta: mpf, lam: mpf, beta: mpf) -> Sides:
    one = eye(x0.rows)
    A, B = (1 + beta) * one - eta * lam * K * K.T, beta * one
    points = followed(A, B, x0, x1, 2)
    moved = mp.fsum(squared_norm(points[t + 2] - points[t]) for t in range(2))
    return (1 - beta) * moved, initial_energy(A, B, x0, x1, one)


@slow
def nesterov_limit(K: Any, x0: Any, x1: Any, eta: mpf, lam: mpf, beta: mpf) -> Sides:
    one = eye(x0.rows)
    step = one - eta * lam * K * K.T
    A, B = (1 + beta) * step, beta * step
    points = followed(A, B, x0, x1, 1)
    return form(one - B, points[2] - points[0]), initial_energy(A, B, x0, x1, one)


@slow
def ema_momentum_limit(R: Any, K: Any, x0: Any, m0: Any, eta: mpf, lam: mpf, omega: mpf) -> Sides:
    size, inverse = x0.rows, R**-1
    metric, hessian = inverse.T * inverse, lam * inverse.T * K * K.T * inverse
    to_step = eta * R * R.T
    keep = eye(size) - omega * to_step * hessian
    step = stacked([[keep, -(1 - omega) * to_step], [omega * hessian, (1 - omega) * eye(size)]])
    pair = stacked([[x0], [m0]])
    first, second = ((step**power * pair)[:size] for power in (1, 2))
    A, B = (2 - omega) * metric - omega * eta * hessian, (1 - omega) * metric
    return omega * form(metric, second - x0), initial_energy(A, B, x0, first, metric)


@slow
def momentum_beyond_limit(S: Any, u: Any, x0: Any, v: Any, lam: mpf, beta: mpf, nu: mpf, mu: mpf) -> Sides:
    hessian, one = with_eigenvector(S, u, lam), eye(u.rows)
    step = stacked([[one - (nu + mu) * hessian, -mu * beta * one], [hessian, beta * one]])
    pair = stacked([[x0], [v]])
    z = [(-1) ** power * inner(u, (step**power * pair)[: u.rows]) for power in range(3)]
    b = beta - beta * nu * lam
    return z[2] - b * z[1], (lam * mu + lam * nu + lam * nu * beta - 1 - 2 * beta) * z[1] - b * z[0]


@slow
def heavy_ball_rate(S: Any, x0: Any, x1: Any, eta: mpf, rho: mpf) -> Sides:
    A = (1 + rho**2) * eye(x0.rows) - eta * (S + S.T)
    points = followed(A, rho**2 * eye(x0.rows), x0, x1, 2)
    late, start = (squared_norm(newer) + squared_norm(rho * older) for older, newer in (points[2:], points[:2]))
    return (2 * rho - sigma(A, 1)) * late, rho**4 * (2 * rho + sigma(A, 1)) * start


@slow
def steepest_descent(K: Any, e: Any, mu: mpf, gap: mpf) -> Sides:
    values, vectors = eigen(mu * eye(e.rows) + gap * K * K.T)
    parts = [inner(vector, e) ** 2 for vector in vectors]
    moments = [mp.fsum(found**power * part for found, part in zip(values, parts, strict=True)) for power in (1, 2, 3)]
    both = moments[0] * moments[2]
    return (mu + mu + gap) ** 2 * (both - moments[1] ** 2), gap**2 * both


@slow
def stagnation(t: Any, i: int) -> Sides:
    return abs(i - t[0] / 2), abs(t[0]) / 2


@slow
def stagnation_toward_zero(t: Any, p: int, j: int, n: int, f: mpf) -> Sides:
    w, update = mpf(2) ** (p - 1) + j, t[0] * (mpf(j) / 2 + mpf(1) / 4)
    return abs(n / f - w - update), abs(update)


@slow
def smallest_useful_step(s: Any, p: int, j: int) -> Sides:
    w = mpf(2) ** (p - 1) + j
    update = w * mpf(2) ** -p * (1 + s[0] ** 2)
    return abs(w + 1 - (w + update)), update
