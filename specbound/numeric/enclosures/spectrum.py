"""Rigorous intervals for the singular values of a float64 matrix, and for what follows from them.

**Source.** Miyajima, *Verified bounds for all the singular values of matrix*, Japan Journal of Industrial and Applied
Mathematics 31 (2014), 513-539, Theorem 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from specbound.numeric.enclosures.factors import MODES, Factors, Mode
from specbound.numeric.enclosures.reading import Matrix, exact_float64
from specbound.numeric.enclosures.rounded import down, up
from specbound.numeric.enclosures.scaling import in_units, rescaled


class Bounds(NamedTuple):
    """A real number is at least ``lower`` and at most ``upper``."""

    lower: float
    upper: float


class RankBounds(NamedTuple):
    """A number of singular values is at least ``lower`` and at most ``upper``."""

    lower: int
    upper: int


@dataclass(frozen=True)
class SingularValueEnclosure:
    """``lower[i] ≤ σ_{i+1}(A) ≤ upper[i]``: float64, shape ``(min(m, n),)``, descending, nonnegative, finite."""

    lower: Matrix
    upper: Matrix


def singular_value_enclosure(A: Any, mode: Mode = "tight") -> SingularValueEnclosure:
    """Rigorous intervals for all singular values ``σ_i(A)``.

    From an approximate decomposition ``A ≈ U diag(s) Vᵀ``, whatever its errors:
    ``s_i √((1 − F)(1 − G)) − E ≤ σ_i(A) ≤ s_i √((1 + F)(1 + G)) + E`` with ``F ≥ ‖I − UᵀU‖``, ``G ≥ ‖I − VᵀV‖`` and
    ``E ≥ ‖A − U diag(s) Vᵀ‖``.

    **Parameters.** ``A``: shape ``(m, n)``, real, finite, any scale; float64, or float32, bfloat16 or float16, which
    convert exactly; NumPy, nested lists, or torch. ``mode``: ``"fast"`` for a radius of about ``n² u σ₁``, 1e-10 σ₁ at
    n = 1,024, at little more than the cost of the decomposition; ``"tight"`` for one of some ``10 √n u σ₁``, 4e-14 σ₁,
    at not quite twice that cost.
    **Returns.** Lower and upper bounds, in the units of ``A``, descending.
    **Raises.** ``TypeError`` for entries that are no real numbers; ``ValueError`` for NaN, infinity, an empty matrix,
    an unknown mode, and a matrix so large that an upper bound exceeds the largest float64;
    :class:`~specbound.numeric.ops.NotAvailable` where LAPACK gives no decomposition.
    **Accuracy.** Rigorous, for conventional products in round to nearest; see ``RIGOR.md``.
    **Source.** Miyajima (2014), Theorem 7.

    >>> found = singular_value_enclosure(np.array([[3.0, 0.0], [4.0, 5.0]]))
    >>> bool((found.lower**2 <= [45, 5]).all() and ([45, 5] <= found.upper**2).all())
    True
    """
    if mode not in MODES:
        raise ValueError(f"mode {mode!r}; required: fast or tight")
    scaled, exponent, lost = rescaled(exact_float64(A))
    if not scaled.any():
        return SingularValueEnclosure(*np.zeros((2, min(scaled.shape)), dtype=np.float64))
    return SingularValueEnclosure(*in_units(*Factors.of(scaled).bounds(mode, lost), exponent))


def certified_rank(A: Any, threshold: float = 0.0) -> RankBounds:
    """How many singular values certainly exceed a threshold, and how many possibly do.

    At threshold 0 the first number is a proved lower bound on the rank; that a rank is *not* full is beyond what floats
    can prove, so the second is then almost always ``min(m, n)``: give a threshold for a numerical rank.

    **Parameters.** ``A``: as for :func:`singular_value_enclosure`. ``threshold``: in the units of ``A``, from 0 up.
    **Returns.** Both numbers, from 0 to ``min(m, n)``. **Accuracy.** Rigorous; they differ where a singular value lies
    within some ``10 √n u σ₁`` of the threshold.
    **Raises.** As :func:`singular_value_enclosure`, and ``ValueError`` for another threshold.

    >>> certified_rank(np.diag([3.0, 1.0, 0.0]), threshold=1e-12)
    RankBounds(lower=2, upper=2)
    """
    if not 0 <= threshold < np.inf:
        raise ValueError(f"threshold {threshold!r}; required: a finite number from 0 up, in the units of the matrix")
    found = singular_value_enclosure(A)
    return RankBounds(int((found.lower > threshold).sum()), int((found.upper > threshold).sum()))


def condition_number_enclosure(A: Any) -> Bounds:
    """A rigorous interval for ``σ₁(A) / σ_min(A)``, the last of ``min(m, n)`` values, dimensionless.

    **Parameters.** ``A``: as for :func:`singular_value_enclosure`.
    **Returns.** Both bounds, at least 1; the upper one is infinite where ``σ_min(A)`` may be zero.
    **Accuracy.** Rigorous; relative width about ``√n u`` times the condition number, so useful up to about 1e13.
    **Raises.** As :func:`singular_value_enclosure`, and ``ValueError`` for a zero matrix, which has none.

    >>> low, high = condition_number_enclosure(np.diag([8.0, 2.0]))
    >>> bool(4 - 1e-12 < low <= 4 <= high < 4 + 1e-12)
    True
    """
    scaled, _, lost = rescaled(exact_float64(A))
    lower, upper = Factors.of(scaled).bounds("tight", lost)
    if upper[0] == 0 or not scaled.any():
        raise ValueError("a zero matrix has no condition number; required: an entry other than zero")
    low = max(1.0, down(lower[0] / upper[-1])) if upper[-1] > 0 else 1.0
    return Bounds(float(low), float(up(upper[0] / lower[-1])) if lower[-1] > 0 else np.inf)
