"""Singular values that are known better than any enclosure in float64, sharing no code with the library.

Three sources: 80 digits of mpmath; counts in exact integers, which need no tolerance at all; and large matrices whose
spectrum is known exactly, because they were built from it in integers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np

DIGITS = 80
ACCURACY = mpmath.mpf(10) ** -70
"""Of the largest singular value: what :func:`spectrum` may be off by, with ten digits to spare."""


def spectrum(matrix: np.ndarray) -> list[mpmath.mpf]:
    """All singular values of a float64 matrix, descending, to ``ACCURACY`` times the largest."""
    with mpmath.workdps(DIGITS):
        rows = np.asarray(matrix, dtype=float)
        if not rows.any():
            return [mpmath.mpf(0)] * min(rows.shape)
        if rows.shape[0] < rows.shape[1]:
            rows = rows.T
        values = mpmath.svd_r(mpmath.matrix(rows.tolist()), compute_uv=False)
        return sorted((abs(value) for value in values), reverse=True)


def misses(values: Sequence[mpmath.mpf], lower: Iterable[float], upper: Iterable[float]) -> list[int]:
    """The places at which an interval does not hold the reference; one that is not a number holds nothing."""
    slack = ACCURACY * max(values, default=0)
    return [
        i
        for i, (value, low, high) in enumerate(zip(values, lower, upper, strict=True))
        if not (mpmath.mpf(float(low)) <= value + slack and value - slack <= mpmath.mpf(float(high)))
    ]


def exact_misses(matrix: np.ndarray, lower: Iterable[float], upper: Iterable[float]) -> list[int]:
    """The same decided in integers, with no tolerance: ``σ_i ≥ x`` where at least ``i + 1`` values are at least x."""
    characteristic = _Characteristic(matrix)
    return [
        i
        for i, (low, high) in enumerate(zip(lower, upper, strict=True))
        if not (characteristic.count(low)[1] > i and characteristic.count(high)[0] <= i)
    ]


def exact_counts(matrix: np.ndarray, threshold: float) -> tuple[int, int]:
    """How many singular values are above the threshold, and how many are at least it; exact."""
    return _Characteristic(matrix).count(threshold)


class _Characteristic:
    """``det(λI − MMᵀ)`` for the integer matrix ``M = A / unit``, the smaller Gram matrix, by Faddeev and LeVerrier."""

    def __init__(self, matrix: np.ndarray) -> None:
        rows = np.asarray(matrix, dtype=float)
        if rows.shape[0] > rows.shape[1]:
            rows = rows.T
        shift = min((_trailing(Fraction(x)) for x in rows.ravel().tolist() if x), default=0)
        self.unit = Fraction(2) ** shift
        entries = [[int(Fraction(x) / self.unit) for x in line] for line in rows.tolist()]
        gram = [[sum(a * b for a, b in zip(p, q, strict=True)) for q in entries] for p in entries]
        self.size = len(gram)
        self.coefficients = _faddeev_leverrier(gram)

    def count(self, threshold: float) -> tuple[int, int]:
        """Descartes' rule of signs is exact where all roots are real, as those of a symmetric matrix are."""
        if np.isnan(threshold):
            return self.size + 1, -1
        if threshold < 0:
            return self.size, self.size
        if np.isinf(threshold):
            return 0, 0
        square = (Fraction(float(threshold)) / self.unit) ** 2
        # with λ = μ / q for the denominator q of the square, all stay integers
        q, p = square.denominator, square.numerator
        shifted = [c * q**k for k, c in enumerate(self.coefficients)]
        for end in range(1, len(shifted)):
            for k in range(1, len(shifted) - end + 1):
                shifted[k] += p * shifted[k - 1]
        equal = next(k for k, c in enumerate(reversed(shifted)) if c)
        signs = [c > 0 for c in shifted if c]
        above = sum(a != b for a, b in pairwise(signs))
        return above, above + equal


def _trailing(value: Fraction) -> int:
    """The exponent of the largest power of two of which a dyadic fraction is a multiple."""
    if value.denominator > 1:
        return 1 - value.denominator.bit_length()
    return (value.numerator & -value.numerator).bit_length() - 1


def _faddeev_leverrier(gram: list[list[int]]) -> list[int]:
    """Coefficients of the characteristic polynomial, the leading one, 1, first."""
    size = len(gram)
    coefficients = [1]
    power = [[0] * size for _ in range(size)]
    for k in range(1, size + 1):
        for i in range(size):
            power[i][i] += coefficients[-1]
        columns = list(zip(*power, strict=True))
        power = [[sum(a * b for a, b in zip(line, column, strict=True)) for column in columns] for line in gram]
        trace = sum(power[i][i] for i in range(size))
        coefficients.append(-trace // k)
    return coefficients


@dataclass(frozen=True)
class Known:
    """A float64 matrix and its singular values, all exact, descending."""

    matrix: np.ndarray
    values: np.ndarray


def known(shape: tuple[int, int], values: np.ndarray, generator: np.random.Generator, layers: int = 1) -> Known:
    """A dense matrix with exactly these singular values: ``2^-e · P D Qᵀ`` in integers, ``P`` and ``Q`` orthogonal.

    ``values``: nonnegative multiples of a power of two, as many as the smaller side. ``P / 2^p`` and ``Q / 2^q`` are
    products of permutations, signs and Hadamard transforms of blocks of 4^k divided by 2^k, so orthogonal by their
    form; an entry of the product is at most the largest value in size, so an integer of at most ``bits(D) + p + q``
    bits. The integers are computed in int64 and refused from 2^53 on, where float64 would begin to round.
    """
    ordered = -np.sort(-np.asarray(values, dtype=float))
    smallest = min((_trailing(Fraction(x)) for x in ordered.tolist() if x), default=0)
    numbers = [int(Fraction(x) / Fraction(2) ** smallest) for x in ordered.tolist()]
    scaled = [_scale(side) * layers for side in shape]
    if max(numbers, default=0) << sum(scaled) >= 2**53:
        raise ValueError(f"values of {max(numbers).bit_length()} bits leave no room for {sum(scaled)} more in 53")
    product = np.zeros(shape, dtype=np.int64)
    product[np.arange(ordered.size), np.arange(ordered.size)] = numbers
    product = _turned(_turned(product, generator, layers).T, generator, layers).T
    if squares(product) != sum(number**2 for number in numbers) << (2 * sum(scaled)):
        raise ValueError("the integers overflowed")
    return Known(np.ldexp(product.astype(float), smallest - sum(scaled)), ordered)


def squares(integers: np.ndarray) -> int:
    """The sum of squares of integers below 2^53 in size, exact: in halves of 27 bits, whose products fit."""
    high, low = integers >> 27, integers & (2**27 - 1)
    total = 0
    for left, right, weight in ((high, high, 2**54), (high, low, 2**28), (low, low, 1)):
        # Rows at a time: each product is below 2^54, so 2^9 of them fit into an int64.
        products = np.add.reduceat((left * right).ravel(), np.arange(0, left.size, 512))
        total += weight * sum(products.tolist())
    return total


def _scale(size: int) -> int:
    """k of the largest block 4^k that fits."""
    return (size.bit_length() - 1) // 2


def _turned(matrix: np.ndarray, generator: np.random.Generator, layers: int) -> np.ndarray:
    """``2^p P`` times an integer matrix: each layer permutes, flips signs, transforms blocks, and permutes again."""
    size = matrix.shape[0]
    for _ in range(layers):
        signs = generator.choice(np.array([-1, 1]), size)[:, None]
        matrix = matrix[generator.permutation(size)] * signs
        start, largest = 0, _scale(size)
        pieces = []
        while start < size:
            k = _scale(size - start)
            pieces.append(_transformed(matrix[start : start + 4**k]) << (largest - k))
            start += 4**k
        matrix = np.concatenate(pieces)[generator.permutation(size)]
    return matrix


def _transformed(block: np.ndarray) -> np.ndarray:
    """The Hadamard matrix of Sylvester times a block, by butterflies: ``HᵀH = n I``."""
    rows, columns = block.shape
    half = 1
    while half < rows:
        pairs = block.reshape(rows // (2 * half), 2, half, columns)
        block = np.concatenate([pairs[:, :1] + pairs[:, 1:], pairs[:, :1] - pairs[:, 1:]], axis=1)
        block = block.reshape(rows, columns)
        half *= 2
    return block
