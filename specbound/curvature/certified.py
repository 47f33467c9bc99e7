"""A rigorous upper bound on the spectral norm of a dense matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from specbound.numeric.rounding import unit_roundoff

UNIT = unit_roundoff("float64")


def spectral_norm_upper(matrix: NDArray[np.float64]) -> float:
    """An upper bound on ``‖A‖``, rigorous for the float64 matrix given.

    From a computed decomposition ``A ≈ U diag(σ) Vᵀ``, whatever its errors:
    ``‖A‖ ≤ max σ · ‖U‖ ‖V‖ + ‖A − U diag(σ) Vᵀ‖`` with ``‖U‖² ≤ 1 + ‖UᵀU − I‖``. The two residual matrices are bounded
    by ``√(‖·‖₁ ‖·‖_∞)`` and, for the rounding of a product of inner dimension ``n``, by ``γ_{n+2} |X| |Y|``.

    **Parameters.** ``matrix``: shape ``(m, n)``, finite.
    **Returns.** The bound, in the units of the matrix; above ``‖A‖`` by about ``(m + n)² u`` of it, dimensionless.
    **Accuracy.** Rigorous for round to nearest and conventional matrix products, in any order of summation.
    **Source.** Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., 2002, §3.5.

    >>> bool(2 <= spectral_norm_upper(np.diag([2.0, -1.0])) < 2 + 1e-12)
    True
    """
    largest = float(np.abs(matrix).max(initial=0.0))
    if largest == 0:
        return 0.0
    # A power of two: exact, and what underflows afterwards is negligible.
    exponent = int(np.frexp(largest)[1])
    scaled = np.ldexp(matrix, -exponent)
    left, values, right = np.linalg.svd(scaled, full_matrices=False)
    norms = np.sqrt((1 + _orthogonality(left)) * (1 + _orthogonality(right.T)))
    weighted = left * values
    inner = len(values)
    residual = np.abs(scaled - weighted @ right)
    rounding = _gamma(inner + 2) * (np.abs(weighted) @ np.abs(right) + np.abs(scaled))
    bound = values.max() * norms + _norm(residual + rounding)
    # The additions above round too, each by u of what they add; underflow adds at most the last term.
    dimensions = sum(matrix.shape)
    return float(np.ldexp(bound * (1 + 8 * dimensions * UNIT) + dimensions**2 * np.finfo(float).tiny, exponent))


def _orthogonality(columns: NDArray[np.float64]) -> float:
    """A bound on ``‖QᵀQ − I‖``."""
    rows, count = columns.shape
    gram = columns.T @ columns
    rounding = _gamma(rows + 2) * (np.abs(columns.T) @ np.abs(columns) + np.eye(count))
    return float(_norm(np.abs(gram - np.eye(count)) + rounding))


def _norm(matrix: NDArray[np.float64]) -> float:
    """``√(‖·‖₁ ‖·‖_∞)`` of a matrix with nonnegative entries."""
    return float(np.sqrt(matrix.sum(axis=0).max() * matrix.sum(axis=1).max()))


def _gamma(count: int) -> float:
    return count * UNIT / (1 - count * UNIT)
