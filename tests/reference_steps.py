"""Slow definitions of the statements on steps of optimizers on locked models, at 60 digits, by mpmath.

Roots of matrices are taken by eigenvectors, damped systems are solved in those, and what acts on both sides of a matrix
is one matrix that acts on its entries.
"""

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf

from tests.reference import eigen, squared_norm


def inner(left: Any, right: Any) -> mpf:
    return mp.fsum(left[i] * right[i] for i in range(left.rows))


def norm(matrix: Any) -> mpf:
    return mp.sqrt(squared_norm(matrix))


def number(value: Any) -> mpf:
    return mpf(float(value))


def locked_change(P: Any, E: Any, alpha: Any) -> mpmath.matrix:
    """``D = αP Pᵀ + Q E Q``."""
    along = P * P.T
    rest = mpmath.eye(P.rows) - along
    return number(alpha) * along + rest * E * rest


def sign_step(s: Any, P: Any, E: Any, alpha: Any, eta: Any) -> tuple[mpf, mpf]:
    moved = [inner(P[:, j], locked_change(P, E, alpha) * s) for j in range(P.cols)]
    return number(eta) ** 2 * mp.fsum(x * x for x in moved), (number(eta) * number(alpha)) ** 2 * s.rows


def best_step(g: Any, s: Any, t: Any, P: Any, E: Any, alpha: Any) -> tuple[mpf, mpf]:
    along, change = P * (P.T * g), locked_change(P, E, alpha)
    beside = mpmath.eye(P.rows) - P * P.T
    lost = norm(beside * E.T * (beside * g)) * norm(beside * (s - t))
    return inner(along, change * s), inner(along, change * t) - lost


def adam_epsilon_descent(K: Any, g: Any, alpha: Any, epsilon: Any, eta: Any) -> tuple[mpf, mpf]:
    """In the eigenvectors of A: ``εηα²c/(αa + ε) − ηα²c = −ηα³ac/(αa + ε)`` for each eigenvalue a."""
    values, vectors = eigen(K.T * K)
    a, e, rate = number(alpha), number(epsilon), number(eta)
    parts = [inner(vector, g) for vector in vectors]
    apart = [rate * a**3 * value * c / (a * value + e) for value, c in zip(values, parts, strict=True)]
    bound = [value * c for value, c in zip(values, parts, strict=True)]
    return e * mp.sqrt(mp.fsum(x * x for x in apart)), rate * a**3 * mp.sqrt(mp.fsum(x * x for x in bound))


def adam_epsilon_sign(K: Any, g: Any, alpha: Any, epsilon: Any, eta: Any) -> tuple[mpf, mpf]:
    """In the eigenvectors of A: ``ηα²ac/(αa + ε) − ηαc = −ηαεc/(αa + ε)``."""
    values, vectors = eigen(K.T * K)
    a, e, rate = number(alpha), number(epsilon), number(eta)
    parts = [inner(vector, g) for vector in vectors]
    apart = [rate * a * e * c / (a * value + e) for value, c in zip(values, parts, strict=True)]
    bound = [c / value for value, c in zip(values, parts, strict=True)]
    return mp.sqrt(mp.fsum(x * x for x in apart)), rate * e * mp.sqrt(mp.fsum(x * x for x in bound))


def muon_step(P: Any, U: Any, w: Any, alpha: Any, eta: Any) -> tuple[mpf, mpf]:
    change = mpmath.eye(U.rows) + (number(alpha) - 1) * (U * U.T)
    return number(eta) * norm(P * (change * (U * w))), number(eta) * number(alpha) * norm(w)


def muon_equivariance(X: Any, Q: Any, y: Any, z: Any, c1: Any, c3: Any, c5: Any) -> tuple[mpf, mpf]:
    """From the other side: ``N(X) = X (a − bXᵀX + c(XᵀX)²)``."""

    def iterated(matrix: Any) -> mpmath.matrix:
        gram = matrix.T * matrix
        return matrix * (number(c1) * mpmath.eye(gram.rows) - number(c3) * gram + number(c5) * gram * gram)

    return inner(y, iterated(X * Q) * z), inner(y, iterated(X) * (Q * z))


def power(symmetric: Any, exponent: Any) -> mpmath.matrix:
    """A power of a positive semidefinite matrix, on its range."""
    values, vectors = eigen(symmetric)
    result = mpmath.zeros(symmetric.rows)
    for value, vector in zip(values, vectors, strict=True):
        if value > values[0] * mpf(10) ** -40:
            result += value**exponent * (vector * vector.T)
    return result


def preconditioned(G: Any, exponent: Any) -> mpmath.matrix:
    """Shampoo's first step, ``(GGᵀ)^−e G (GᵀG)^−e``."""
    return power(G * G.T, -exponent) * G * power(G.T * G, -exponent)


def shampoo_quarter(P: Any, K: Any, y: Any, z: Any) -> tuple[mpf, mpf]:
    B = K.T * K
    return inner(y, preconditioned(P * B * B, mpf(1) / 4) * z), inner(y, P * z)


def shampoo_half_invariance(G: Any, T: Any, y: Any, z: Any) -> tuple[mpf, mpf]:
    half = mpf(1) / 2
    return inner(y, preconditioned(G * T.T, half) * (T * z)), inner(y, preconditioned(G, half) * z)


def kfac_invariance(A: Any, B: Any, G: Any, S: Any, T: Any, y: Any, z: Any) -> tuple[mpf, mpf]:
    """By the inverse of the whole Kronecker product, on the gradient as one column."""

    def step(outputs: Any, inputs: Any, gradient: Any) -> mpmath.matrix:
        rows, columns = gradient.rows, gradient.cols
        pairs = [(i, j) for i in range(rows) for j in range(columns)]
        # Inputs act from the right: entry (i, j) of B X A is the sum of b_ip x_pq a_qj.
        whole = mpmath.matrix([[outputs[i, p] * inputs[q, j] for p, q in pairs] for i, j in pairs])
        solved = mp.lu_solve(whole, mpmath.matrix([gradient[i, j] for i, j in pairs]))
        return mpmath.matrix([[solved[i * columns + j] for j in range(columns)] for i in range(rows)])

    locked = S * step(S.T * B * S, T * A * T.T, S.T * G * T.T) * T
    return inner(y, locked * z), inner(y, step(B, A, G) * z)


def diagonal_newton_invariance(H: Any, X: Any, g: Any, y: Any) -> tuple[mpf, mpf]:
    size = range(H.rows)
    locked = [X[i, i] * (X[i, i] * g[i]) / (X[i, i] * H[i, i] * X[i, i]) for i in size]
    return mp.fsum(y[i] * locked[i] for i in size), mp.fsum(y[i] * g[i] / H[i, i] for i in size)


def diagonal_newton_dense(J: Any, g: Any, e: Any, P: Any, alpha: Any, s: Any) -> tuple[mpf, mpf]:
    along = P * (P.T * e)
    rest = e - along
    smallest = number(alpha) * norm(J * along) - norm(J * rest)
    return number(s) * smallest**2, number(alpha) * inner(g, along) + inner(g, rest)


def sophia_step(K: Any, D: Any, g: Any, s: Any, gamma: Any) -> tuple[mpf, mpf]:
    return number(gamma) * norm(K * (D * s)), mp.sqrt(inner(g, mp.lu_solve(K.T * K, g)))


def sophia_limit(K: Any, D: Any, g: Any, s: Any, E: Any, gamma: Any, c: Any, eta: Any) -> tuple[mpf, mpf]:
    step = number(eta) * (D * s)
    return inner(step, number(c) * (K.T * E * K) * step), 2 * inner(g, step)


def size_of_rate(J: Any, g: Any, p: Any, q: Any, sigma: Any, eta: Any, sign: int) -> tuple[mpf, mpf]:
    lengths = number(sigma) * norm(J * p) + sign * norm(J * q)
    return number(eta) * lengths**2, 2 * number(sigma) * inner(g, p) + 2 * inner(g, q)


def scaled_step_limit(J: Any, g: Any, p: Any, q: Any, sigma: Any, eta: Any) -> tuple[mpf, mpf]:
    return size_of_rate(J, g, p, q, sigma, eta, -1)


def scaled_step_limit_lower(J: Any, g: Any, p: Any, q: Any, sigma: Any, eta: Any) -> tuple[mpf, mpf]:
    """By the Hessian: what a quadratic loss gains by curvature along v, less what it loses along the gradient."""
    v = number(sigma) * p + q
    return number(eta) * inner(v, (J.T * J) * v), 2 * inner(g, v)


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    function.__name__: function
    for function in (
        sign_step,
        best_step,
        adam_epsilon_descent,
        adam_epsilon_sign,
        muon_step,
        muon_equivariance,
        shampoo_quarter,
        shampoo_half_invariance,
        kfac_invariance,
        diagonal_newton_invariance,
        diagonal_newton_dense,
        sophia_step,
        sophia_limit,
        scaled_step_limit,
        scaled_step_limit_lower,
    )
}
