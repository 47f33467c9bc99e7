"""Slow definitions at 60 digits, from mpmath's eigenvalues of MᵀM, sharing no code with the library."""

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf

mp.dps = 60


def exact(array: Any) -> mpmath.matrix:
    return mpmath.matrix([[mpf(float(value)) for value in row] for row in array])


def eigen(symmetric: mpmath.matrix) -> tuple[list[mpf], list[mpmath.matrix]]:
    """Eigenvalues in descending order and unit eigenvectors of a symmetric matrix."""
    values, vectors = mp.eigsy(symmetric)
    order = sorted(range(len(values)), key=lambda k: -values[k])
    return [values[k] for k in order], [vectors[:, k] for k in order]


def sigma(matrix: mpmath.matrix, number: int) -> mpf:
    """σ_number, counted from 1; zero beyond the smaller side."""
    if number > min(matrix.rows, matrix.cols):
        return mpf(0)
    values, _ = eigen(matrix.T * matrix)
    return mp.sqrt(max(values[number - 1], mpf(0)))


def right_vectors(matrix: mpmath.matrix, count: int) -> list[mpmath.matrix]:
    return eigen(matrix.T * matrix)[1][:count]


def left_vectors(matrix: mpmath.matrix, count: int) -> list[mpmath.matrix]:
    return eigen(matrix * matrix.T)[1][:count]


def cosine(basis: list[mpmath.matrix], vector: mpmath.matrix) -> mpf:
    return mp.sqrt(sum(((b.T * vector)[0] ** 2 for b in basis), mpf(0)))


def sine(basis: list[mpmath.matrix], vector: mpmath.matrix) -> mpf:
    return mp.sqrt(max(1 - cosine(basis, vector) ** 2, mpf(0)))


def weyl_sum(A: Any, B: Any, i: int, j: int) -> tuple[mpf, mpf]:
    return sigma(A + B, i + j + 1), sigma(A, i + 1) + sigma(B, j + 1)


def horn_johnson_triple(A: Any, B: Any, C: Any) -> tuple[mpf, mpf]:
    return sigma(A * B * C, 1), sigma(A, A.cols) * sigma(B, 1) * sigma(C, C.rows)


def triple_sequential(A: Any, B: Any, C: Any, r1: int, r2: int) -> tuple[mpf, mpf]:
    first = cosine(right_vectors(A, r1), left_vectors(B * C, 1)[0])
    second = cosine(left_vectors(C, r2), right_vectors(B, 1)[0])
    return sigma(A * B * C, 1), sigma(A, r1) * sigma(B, 1) * sigma(C, r2) * first * second


def triple_independent(A: Any, B: Any, C: Any, r1: int, r2: int) -> tuple[mpf, mpf]:
    first = cosine(right_vectors(A, r1), left_vectors(B, 1)[0])
    second = cosine(left_vectors(C, r2), right_vectors(B, 1)[0])
    return sigma(A * B * C, 1), sigma(A, r1) * sigma(B, 1) * sigma(C, r2) * first * second


def triple_gap(A: Any, B: Any, C: Any, r1: int, r2: int) -> tuple[mpf, mpf]:
    u, v = left_vectors(B, 1)[0], right_vectors(B, 1)[0]
    to_a, to_c = right_vectors(A, r1), left_vectors(C, r2)
    inner = sigma(B, 1) * cosine(to_a, u) * cosine(to_c, v) - sigma(B, 2) * sine(to_a, u) * sine(to_c, v)
    return sigma(A * B * C, 1), sigma(A, r1) * sigma(C, r2) * inner


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    "weyl_sum": weyl_sum,
    "horn_johnson_triple": horn_johnson_triple,
    "triple_sequential": triple_sequential,
    "triple_independent": triple_independent,
    "triple_gap": triple_gap,
}
