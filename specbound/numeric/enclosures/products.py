"""Products of float64 matrices with a rigorous bound on what rounding did to them: plain ones, and split ones.

A *split* writes each factor as a high part of 26 bits and the rest. The product of two high parts is exact: its terms
are multiples of ``2⁻⁵² t s``, and no sum of them exceeds ``2 t s``, by Cauchy and Schwarz. What remains is smaller by
``2⁻²⁶``, and so is its error.

**Source.** Ozaki, Ogita, Oishi & Rump, *Error-free transformations of matrix multiplication by using fast routines of
matrix multiplication and its applications*, Numerical Algorithms 59 (2012), 95-118, for the idea; the bound on the sums
by norms in place of their length is ours.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from specbound.numeric.enclosures.reading import Matrix
from specbound.numeric.enclosures.rounded import UNIT, frobenius_up, gamma, product_up, sum_up, underflow

BITS = 26
"""Bits of a high part: two of them multiply within the 53 of a float64."""

SHORT = 1.4
"""Vectors up to this multiple of ``t`` keep sums below ``2 t s``: ``(1.4 + √n 2⁻²⁷)² < 2`` for ``n < 2⁴⁰``."""


class Split(NamedTuple):
    """``matrix = high + low``, exactly."""

    high: Matrix
    low: Matrix


def split(matrix: Matrix, both: bool = False) -> Split:
    """High and low part: the rows of ``high`` have inner products, with each other and another's, that are exact.

    **Parameters.** ``matrix``: entries at most 1e100 in size. ``both``: the columns too.
    """
    longest = max(_longest_row(side) for side in ([matrix, matrix.T] if both else [matrix]))
    unit = np.ldexp(1.0, int(np.frexp(longest / SHORT)[1]) - BITS)
    # Adding this, whose last place is the unit, rounds to multiples of the unit.
    big = 1.5 * 2.0**52 * unit
    high = (matrix + big) - big
    return Split(high, matrix - high)


def _longest_row(matrix: Matrix) -> float:
    """About the largest norm of a row: what it is off by is far less than what lies between 1.4 and √2."""
    return float(np.sqrt(np.vecdot(matrix, matrix).max(initial=0.0)))


def plain_product(left: Matrix, right: Matrix) -> tuple[Matrix, float]:
    """``left · right`` as computed, and at least the Frobenius norm of its error."""
    terms = left.shape[1]
    found = left @ right
    rounding = product_up(gamma(terms), frobenius_up(left), frobenius_up(right))
    return found, sum_up(rounding, underflow(terms, found.size))


def split_product(left: Matrix, right: Matrix) -> tuple[Matrix, float]:
    """The same through a split: the error is about ``u ‖left · right‖_F``, for three products in place of one.

    It is zero for factors of so few bits that they have no low parts.
    """
    a, b = split(left), split(right.T)
    if not (a.low.any() or b.low.any()):
        return a.high @ b.high.T, 0.0
    terms = left.shape[1]
    rest = a.high @ b.low.T + a.low @ right
    found = a.high @ b.high.T + rest
    sizes = product_up(frobenius_up(a.high), frobenius_up(b.low)), product_up(frobenius_up(a.low), frobenius_up(right))
    rounding = product_up(gamma(terms + 1), sum_up(*sizes))
    return found, sum_up(product_up(UNIT, frobenius_up(found)), rounding, underflow(3 * terms, found.size))


def residual_up(matrix: Matrix, left: Split, right: Split, whole: Matrix) -> tuple[Matrix, float]:
    """``matrix − left · wholeᵀ`` as computed, where ``right`` splits ``whole``; at least its error's Frobenius norm."""
    terms = whole.shape[1]
    first = matrix - left.high @ right.high.T
    second = left.high @ right.low.T
    third = left.low @ whole.T
    sizes = (
        product_up(frobenius_up(left.high), frobenius_up(right.low)),
        product_up(frobenius_up(left.low), frobenius_up(whole)),
    )
    rounding = product_up(gamma(terms), sum_up(*sizes))
    # Three subtractions, each off by u of its result.
    later = product_up(UNIT, frobenius_up(first))
    first -= second
    later = sum_up(later, product_up(UNIT, frobenius_up(first)))
    first -= third
    later = sum_up(later, product_up(UNIT, frobenius_up(first)))
    return first, sum_up(rounding, later, underflow(3 * terms, first.size))
