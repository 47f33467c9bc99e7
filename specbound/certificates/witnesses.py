"""Approximate singular value decompositions of many digits, from which the checker starts."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from specbound.certificates.checker import Matrix
from specbound.certificates.exact_text import long_hexadecimal

DIGITS = 60
"""Decimal digits that a witness is computed with: what cancels in it is far below what a verdict turns on."""

BITS = 200
"""Bits after the leading one of the largest number that a witness is written with."""

LARGEST_SIDE = 48
"""Sides up to which a witness is computed: at 32 it takes a second, and the cube of that beyond."""

Witness = dict[str, Any]


class Witnesses:
    """Computes a witness for each matrix that the checker asks about, and keeps it, by node."""

    def __init__(self) -> None:
        self.found: dict[str, Witness] = {}

    def __call__(self, node: int, matrix: Matrix) -> Witness:
        self.found[str(node)] = witness_of(matrix)
        return self.found[str(node)]


def witness_of(matrix: Matrix) -> Witness:
    """An approximate decomposition of a matrix's midpoint: ``U``, ``s`` and ``V`` as text, s in descending order.

    **Accuracy.** Heuristic; about ``DIGITS`` digits of the largest singular value. Nothing rests on it.
    **Raises.** ``ValueError`` where a side exceeds ``LARGEST_SIDE``, or the iteration does not converge.
    """
    # It arrives with SymPy, and most commands need neither.
    import mpmath

    rows, columns = len(matrix.rows), len(matrix.rows[0])
    if max(rows, columns) > LARGEST_SIDE:
        raise ValueError(f"a witness for a matrix of {rows} × {columns}; required: sides of at most {LARGEST_SIDE}")
    with mpmath.workdps(DIGITS):
        # Scaled to entries of at most 1, so that no threshold of the iteration meets tiny numbers.
        largest = max(abs(x) for row in matrix.rows for x in row) or 1
        scaled = mpmath.matrix([[mpmath.mpf(x) / largest for x in row] for row in matrix.rows])
        try:
            u, s, vt = mpmath.svd_r(scaled if rows >= columns else scaled.T)
        except RuntimeError as error:
            raise ValueError(f"no witness: {error}") from error
        left, right = (u, vt.T) if rows >= columns else (vt.T, u)
        values = [max(_fraction(x), Fraction(0)) for x in s]
    size = Fraction(largest, matrix.den)
    return {
        "U": [[_text(_fraction(left[i, j])) for j in range(left.cols)] for i in range(left.rows)],
        "s": [_text(value * size, size) for value in sorted(values, reverse=True)],
        "V": [[_text(_fraction(right[i, j])) for j in range(right.cols)] for i in range(right.rows)],
    }


def _fraction(number: Any) -> Fraction:
    mantissa, exponent = number.man_exp
    size = int(mantissa) * Fraction(2) ** int(exponent)
    return -size if number < 0 else size


def _text(number: Fraction, unit: Fraction = Fraction(1)) -> str:
    """The multiple of a power of two that is nearest, ``BITS`` bits below the unit's size."""
    step = Fraction(2) ** (unit.numerator.bit_length() - unit.denominator.bit_length() - BITS)
    return long_hexadecimal(round(number / step) * step)
