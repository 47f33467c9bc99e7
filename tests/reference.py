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


def top(matrix: Any, count: int) -> list[mpf]:
    return [sigma(matrix, k) for k in range(1, count + 1)]


def squared_norm(matrix: Any) -> mpf:
    return sum((matrix[i, j] ** 2 for i in range(matrix.rows) for j in range(matrix.cols)), mpf(0))


def truncated(matrix: Any, rank: int) -> mpmath.matrix:
    result = mpmath.zeros(matrix.rows, matrix.cols)
    for vector in right_vectors(matrix, rank):
        result += matrix * vector * vector.T
    return result


def side_by_side(columns: list[mpmath.matrix]) -> mpmath.matrix:
    return mpmath.matrix([[column[i] for column in columns] for i in range(columns[0].rows)])


def interlacing(M: Any, p: int, q: int, i: int) -> tuple[mpf, mpf]:
    return sigma(M[:p, :q], i), sigma(M, i + M.rows - p + M.cols - q)


def interlacing_isometry(M: Any, P: Any, Q: Any, i: int) -> tuple[mpf, mpf]:
    return sigma(P.T * M * Q, i), sigma(M, i)


def mirsky(A: Any, B: Any) -> tuple[mpf, mpf]:
    count = min(A.rows, A.cols)
    apart = sum(((a - b) ** 2 for a, b in zip(top(A, count), top(B, count), strict=True)), mpf(0))
    return apart, squared_norm(A - B)


def horn_product(A: Any, B: Any, k: int) -> tuple[mpf, mpf]:
    return mp.fprod(top(A * B, k)), mp.fprod(top(A, k)) * mp.fprod(top(B, k))


def horn_product_equality(A: Any, B: Any) -> tuple[mpf, mpf]:
    return horn_product(A, B, A.cols)


def weyl_product_upper(A: Any, B: Any, i: int, j: int) -> tuple[mpf, mpf]:
    return sigma(A * B, i + j + 1), sigma(A, i + 1) * sigma(B, j + 1)


def weyl_product_lower(A: Any, B: Any, i: int, d: int) -> tuple[mpf, mpf]:
    j = A.cols - d + 1
    return sigma(A * B, i + j - A.cols), sigma(A, i) * sigma(B, j)


def kronecker_spectrum(A: Any, B: Any, i: int) -> tuple[mpf, mpf]:
    rows = [[a * b for a in A[r, :] for b in B[s, :]] for r in range(A.rows) for s in range(B.rows)]
    products = [a * b for a in top(A, min(A.rows, A.cols)) for b in top(B, min(B.rows, B.cols))]
    return sigma(mpmath.matrix(rows), i), (sorted(products, reverse=True) + [mpf(0)] * i)[i - 1]


def ky_fan_norm(A: Any, B: Any, k: int) -> tuple[mpf, mpf]:
    return mp.fsum(top(A + B, k)), mp.fsum(top(A, k)) + mp.fsum(top(B, k))


def eckart_young(A: Any, B: Any, k: int) -> tuple[mpf, mpf]:
    return sigma(A - truncated(B, k), 1), sigma(A, k + 1)


def eckart_young_frobenius(A: Any, B: Any, k: int) -> tuple[mpf, mpf]:
    beyond = sum((value**2 for value in top(A, min(A.rows, A.cols))[k:]), mpf(0))
    return squared_norm(A - truncated(B, k)), beyond


def triple_subspace(A: Any, B: Any, C: Any, r1: int, r2: int, k: int) -> tuple[mpf, mpf]:
    to_a, to_c = side_by_side(right_vectors(A, r1)), side_by_side(left_vectors(C, r2))
    through = sigma(to_a.T * truncated(B, k) * to_c, 1)
    return sigma(A * B * C, 1), sigma(A, r1) * sigma(C, r2) * (through - sigma(B, k + 1))


def triple_dominates_horn_johnson(A: Any, B: Any, C: Any) -> tuple[mpf, mpf]:
    readings = [
        triple_sequential(A, B, C, r1, r2)[1]
        for r1 in range(1, min(A.rows, A.cols) + 1)
        for r2 in range(1, min(C.rows, C.cols) + 1)
    ]
    return max(readings), horn_johnson_triple(A, B, C)[1]


SIDES: dict[str, Callable[..., tuple[mpf, mpf]]] = {
    function.__name__: function
    for function in (
        weyl_sum,
        mirsky,
        ky_fan_norm,
        eckart_young,
        eckart_young_frobenius,
        interlacing,
        interlacing_isometry,
        horn_product,
        horn_product_equality,
        weyl_product_upper,
        weyl_product_lower,
        kronecker_spectrum,
        horn_johnson_triple,
        triple_sequential,
        triple_independent,
        triple_gap,
        triple_subspace,
        triple_dominates_horn_johnson,
    )
}
