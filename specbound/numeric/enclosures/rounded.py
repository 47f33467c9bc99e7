"""Floats rounded up or down, and norms of matrices bounded from above: what every enclosure is built of.

``u = 2⁻⁵³`` is the unit roundoff. A sum of ``n`` products, in any order, with or without fused multiply-add, is off by
at most ``γ_n Σ|x_i y_i|`` with ``γ_n = n u / (1 − n u)``, and by what underflows.

**Source.** Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., 2002, sections 2.2, 3.1 and 3.5.
"""

from __future__ import annotations

from math import fsum, inf, nextafter, sqrt

import numpy as np

from specbound.numeric.enclosures.reading import Matrix

UNIT = 2.0**-53
"""Half the distance from 1 to the next larger float64."""

SMALLEST = float(np.finfo(np.float64).tiny)
"""The smallest normal float64: what an operation that underflows is off by is less, be it gradual or to zero."""


def up(value: float) -> float:
    """The next float above: at least the exact result of an operation that gave ``value``."""
    return nextafter(value, inf)


def down(value: float) -> float:
    """The next float below: at most the exact result of an operation that gave ``value``."""
    return nextafter(value, -inf)


def sum_up(*terms: float) -> float:
    """At least the sum of nonnegative numbers; zero for zeros."""
    return up(fsum(terms)) if any(terms) else 0.0


def product_up(*factors: float) -> float:
    """At least the product of nonnegative numbers; zero where one is."""
    if not all(factors):
        return 0.0
    result = 1.0
    for factor in factors:
        result = up(result * factor)
    return result


def root_up(value: float) -> float:
    """At least the square root of a nonnegative number; zero of zero."""
    return up(sqrt(value)) if value else 0.0


def gamma(count: int) -> float:
    """At least ``γ_count``, dimensionless.

    **Raises.** ``ValueError`` where so long a sum has no bound, from 2⁵² terms on.
    """
    if count >= 2**52:
        raise ValueError(f"a sum of {count} terms; required: fewer than 2^52")
    return up(count * UNIT / (1 - count * UNIT))


def underflow(terms: int, entries: int) -> float:
    """At least the Frobenius norm of what underflow adds to so many sums of ``terms`` products of numbers up to 2."""
    return product_up(8.0 * terms, root_up(float(entries)), SMALLEST)


def norm_bounds(matrix: Matrix) -> tuple[float, float]:
    """At most and at least ``‖matrix‖_F``, for entries that are at most 1e150 in size; exact for zeros."""
    if not matrix.any():
        return 0.0, 0.0
    rows, columns = matrix.shape
    total, width = fsum(np.vecdot(matrix, matrix)), gamma(columns + 2)
    lost = product_up(4.0 * rows, columns, SMALLEST)
    low = down(down(total * down(1 - width)) - lost)
    return max(0.0, down(sqrt(max(0.0, low)))), root_up(up(up(total / down(1 - width)) + lost))


def frobenius_up(matrix: Matrix) -> float:
    """At least ``‖matrix‖_F``."""
    return norm_bounds(matrix)[1]


def sums_up(matrix: Matrix) -> tuple[float, float]:
    """At least ``‖matrix‖_∞`` and ``‖matrix‖₁``: the largest sums of a row and of a column."""
    sizes = np.abs(matrix)
    rows, columns = (float(sizes.sum(axis=axis).max(initial=0.0)) for axis in (1, 0))
    # Sums of nonnegative numbers: off by γ of themselves; nothing underflows in a sum.
    slack = up(1 + gamma(max(matrix.shape) + 1))
    return product_up(rows, slack), product_up(columns, slack)


def norm_up(matrix: Matrix) -> float:
    """At least ``‖matrix‖``, and at least ``‖|matrix|‖``, from O(mn) operations."""
    rows, columns = sums_up(matrix)
    return min(frobenius_up(matrix), root_up(product_up(rows, columns)))


def norm_through_squares_up(matrix: Matrix, squarings: int = 2) -> float:
    """At least ``‖R‖``, from ``‖R‖² = ‖RᵀR‖``, so often as is asked, and ``‖S‖ ≤ ‖S‖_∞`` in the end.

    Each squaring is a product more, and halves the logarithm of the factor up to ``√n`` that ``‖S‖_∞`` exceeds by.
    """
    largest = float(np.abs(matrix).max(initial=0.0))
    if squarings == 0 or largest == 0.0:
        return norm_up(matrix)
    # Scaled by a power of two, or the squares of residuals would underflow.
    exponent = int(np.frexp(largest)[1])
    scaled = np.ldexp(matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T, -exponent)
    terms, count = scaled.shape
    square = norm_through_squares_up(scaled.T @ scaled, squarings - 1)
    rounding = product_up(gamma(terms), *sums_up(scaled))
    lost = product_up(8.0 * terms, float(count), SMALLEST)
    return up(float(np.ldexp(root_up(sum_up(square, rounding, lost)), exponent)))
