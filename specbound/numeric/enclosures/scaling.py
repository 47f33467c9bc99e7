"""Scaling by powers of two, which is exact but where it underflows, so that no later product overflows."""

from __future__ import annotations

import numpy as np

from specbound.numeric.enclosures.reading import Matrix
from specbound.numeric.enclosures.rounded import SMALLEST, product_up, root_up


def rescaled(matrix: Matrix) -> tuple[Matrix, int, float]:
    """``scaled``, ``exponent`` and at least ``‖D‖_F``, where ``matrix = 2^exponent · (scaled + D)``.

    The largest entry of ``scaled`` lies between 1/2 and 1; a zero matrix has exponent 0. ``D`` is what underflows:
    zero, unless entries lie 300 orders of magnitude apart.
    """
    exponent = int(np.frexp(np.abs(matrix).max())[1])
    scaled = np.ldexp(matrix, -exponent)
    if np.array_equal(np.ldexp(scaled, exponent), matrix):
        return scaled, exponent, 0.0
    return scaled, exponent, product_up(root_up(float(matrix.size)), SMALLEST)


def in_units(lower: Matrix, upper: Matrix, exponent: int) -> tuple[Matrix, Matrix]:
    """``2^exponent`` times both bounds, rounded outward.

    **Raises.** ``ValueError`` where an upper bound exceeds the largest float64.
    """
    with np.errstate(over="ignore", under="ignore"):
        low, high = np.ldexp(lower, exponent), np.ldexp(upper, exponent)
    if not np.isfinite(high).all():
        size = f"{float(upper.max()):.3g} · 2^{exponent}"
        raise ValueError(
            f"a singular value of up to {size} exceeds float64; required: less. Divide the matrix by 2^100"
        )
    # Only what becomes subnormal is rounded.
    low = np.where(np.ldexp(low, -exponent) > lower, np.nextafter(low, 0.0), low)
    return low, np.where(np.ldexp(high, -exponent) < upper, np.nextafter(high, np.inf), high)
