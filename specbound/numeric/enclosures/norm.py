"""A rigorous interval for the spectral norm alone, without singular vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from specbound.numeric.enclosures.reading import Matrix, exact_float64
from specbound.numeric.enclosures.rounded import (
    UNIT,
    down,
    frobenius_up,
    gamma,
    norm_bounds,
    product_up,
    root_up,
    sum_up,
    underflow,
    up,
)
from specbound.numeric.enclosures.scaling import in_units, rescaled
from specbound.numeric.enclosures.spectrum import Bounds
from specbound.numeric.ops import NotAvailable

SHIFTS = (4.0, 64.0, 1024.0)
"""How far above the approximate norm a bound is tried, in units of the rounding that it must outlast."""


def spectral_norm_enclosure(A: Any) -> Bounds:
    """A rigorous interval for ``‖A‖ = σ₁(A)``, at about a third of the cost of a decomposition.

    Above: ``c I − AᵀA`` has a Cholesky factor in floats, so it is positive semidefinite up to a known rounding, and
    ``‖A‖² ≤ c`` up to that. Below: ``‖A v‖ / ‖v‖`` for a ``v`` from two steps of inverse iteration with that matrix.

    **Parameters.** As for :func:`singular_value_enclosure`.
    **Returns.** Both bounds, in the units of ``A``; apart by about ``n² u`` of it, dimensionless.
    **Raises.** As :func:`singular_value_enclosure`.
    **Accuracy.** Rigorous, for conventional products in round to nearest; see ``RIGOR.md``.
    **Source.** Rump (2006); Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., 2002, Theorem 10.5.

    >>> low, high = spectral_norm_enclosure(np.diag([2.0, -1.0]))
    >>> bool(2 - 1e-13 < low <= 2 <= high < 2 + 1e-13)
    True
    """
    scaled, exponent, lost = rescaled(exact_float64(A))
    if not scaled.any():
        return Bounds(0.0, up(np.ldexp(lost, exponent)) if lost else 0.0)
    lower, upper = _norm(scaled if scaled.shape[0] >= scaled.shape[1] else np.ascontiguousarray(scaled.T))
    ends = np.array([max(0.0, down(lower - lost))]), np.array([sum_up(upper, lost)])
    (low,), (high,) = in_units(*ends, exponent)
    return Bounds(float(low), float(high))


def _norm(matrix: Matrix) -> tuple[float, float]:
    """Bounds on the norm of a matrix with no more columns than rows and largest entry between 1/2 and 1."""
    rows, count = matrix.shape
    gram = matrix.T @ matrix
    size = frobenius_up(matrix)
    rounding = sum_up(product_up(gamma(rows), size, size), underflow(rows, gram.size))
    top = float(np.linalg.eigvalsh(gram)[-1])
    identity = np.eye(count)
    for shift in SHIFTS:
        bound = top + shift * (rounding + _backward_error(count, count * top))
        definite = bound * identity - gram
        try:
            np.linalg.cholesky(definite)
        except np.linalg.LinAlgError:
            continue
        # The diagonal rounds once; the rest of the difference is exact.
        diagonal = float(np.abs(np.diagonal(definite)).max())
        lost = _backward_error(count, up(count * diagonal) * (1 + 2 * count * UNIT))
        upper = root_up(sum_up(bound, product_up(UNIT, diagonal), lost, rounding))
        return _along(matrix, definite, size), min(upper, size)
    raise NotAvailable("no Cholesky factor could be computed for a bound on the norm; singular_value_enclosure may do")


def _backward_error(count: int, trace: float) -> float:
    """At least ``‖RᵀR − B‖`` for the computed Cholesky factor R of B: ``γ/(1 − γ) tr B``.

    ``γ`` counts twice the usual operations: a library may multiply by reciprocals where the textbook divides.
    """
    each = gamma(2 * (count + 4))
    return sum_up(product_up(up(each / down(1 - each)), trace), underflow(2 * count, count * count))


def _along(matrix: Matrix, definite: Matrix, size: float) -> float:
    """At most ``‖A v‖ / ‖v‖`` for a vector that inverse iteration finds, so at most ``‖A‖``."""
    vector = np.random.default_rng(0).standard_normal((definite.shape[0], 1))
    for _ in range(2):
        vector = np.linalg.solve(definite, vector)
        vector /= np.abs(vector).max()
    length = frobenius_up(vector)
    image, _ = norm_bounds(matrix @ vector)
    rounding = sum_up(product_up(gamma(len(vector)), size, length), underflow(len(vector), matrix.shape[0]))
    return max(0.0, down(down(image - rounding) / length))
