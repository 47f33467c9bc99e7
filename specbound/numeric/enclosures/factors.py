"""An approximate singular value decomposition, and rigorous bounds on how far it is from being one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from specbound.numeric.enclosures.products import Split, residual_up, split
from specbound.numeric.enclosures.reading import Matrix
from specbound.numeric.enclosures.rounded import (
    UNIT,
    down,
    frobenius_up,
    gamma,
    norm_through_squares_up,
    norm_up,
    product_up,
    root_up,
    sum_up,
    sums_up,
    underflow,
    up,
)
from specbound.numeric.ops import NotAvailable

Mode = Literal["fast", "tight"]
MODES = ("fast", "tight")


class Defects(NamedTuple):
    """At least ``‖I − UᵀU‖``, ``‖I − VᵀV‖`` and ``‖A − U diag(s) Vᵀ‖``."""

    left: float
    right: float
    residual: float


@dataclass(frozen=True)
class Factors:
    """``A ≈ U diag(s) Vᵀ`` with largest entry of ``A`` between 1/2 and 1: ``U (m, r)``, ``V (n, r)``, r = min(m, n)."""

    matrix: Matrix
    left: Matrix
    values: Matrix
    right: Matrix

    @classmethod
    def of(cls, matrix: Matrix) -> Factors:
        """From LAPACK. **Raises.** :class:`NotAvailable` where that does not converge."""
        try:
            left, values, right = np.linalg.svd(matrix, full_matrices=False)
        except np.linalg.LinAlgError as error:
            raise NotAvailable(f"the singular value decomposition did not converge: {error}") from error
        return cls(matrix, left, values, right.T)

    def defects(self, mode: Mode) -> Defects:
        """Rigorous bounds, whatever the factors are."""
        found = self._fast if mode == "fast" else self._tight
        if not np.isfinite(found).all():
            raise NotAvailable("the approximate decomposition is not finite: nothing can be proved from it")
        return found

    @cached_property
    def _fast(self) -> Defects:
        left, right = _plain_defect(self.left), _plain_defect(self.right)
        weighted = self.left * self.values
        terms = len(self.values)
        computed = self.matrix - weighted @ self.right.T
        sizes = norm_up(weighted)
        rounding = product_up(gamma(terms), sizes, norm_up(self.right))
        lost = underflow(terms + 2, computed.size)
        residual = sum_up(_slightly_more(norm_up(computed)), rounding, lost, self._unweighted(sizes, right))
        return Defects(left, right, residual)

    @cached_property
    def _tight(self) -> Defects:
        u, v = split(self.left, both=True), split(self.right, both=True)
        left, right = _split_defect(self.left, u), _split_defect(self.right, v)
        weighted = self.left * self.values
        computed, error = residual_up(self.matrix, split(weighted), v, self.right)
        rounding = self._unweighted(norm_up(weighted), right)
        return Defects(left, right, sum_up(norm_through_squares_up(computed), error, rounding))

    def _unweighted(self, size: float, right: float) -> float:
        """What the rounding of ``U diag(s)`` to float64 adds: at most u of its size, and ``‖V‖ ≤ √(1 + G)``."""
        return product_up(sum_up(product_up(UNIT, size), underflow(1, self.left.size)), root_up(up(1 + right)))

    def bounds(self, mode: Mode, radius: float = 0.0) -> tuple[Matrix, Matrix]:
        """Lower and upper bounds on all singular values of every matrix that is so near, each in descending order.

        **Parameters.** ``radius``: at least the norm of the difference.
        """
        left, right, residual = self.defects(mode)
        residual = sum_up(residual, radius)
        values = np.sort(np.abs(self.values))[::-1]
        shrunk = down(np.sqrt(max(0.0, down(down(1 - left) * down(1 - right))))) if max(left, right) < 1 else 0.0
        grown = root_up(up(up(1 + left) * up(1 + right)))
        lower = np.nextafter(np.nextafter(values * shrunk, 0.0) - residual, -np.inf)
        upper = np.nextafter(np.nextafter(values * grown, np.inf) + residual, np.inf)
        return np.maximum(lower, 0.0), upper


def _slightly_more(size: float) -> float:
    """A subtraction is off by u of its result."""
    return up(size * (1 + 2 * UNIT))


def _plain_defect(columns: Matrix) -> float:
    """At least ``‖I − QᵀQ‖``."""
    rows, count = columns.shape
    gram = columns.T @ columns
    gram[np.diag_indices(count)] -= 1
    sizes = min(frobenius_up(columns) ** 2, product_up(*sums_up(columns)))
    return sum_up(_slightly_more(norm_up(gram)), product_up(gamma(rows), up(sizes)), underflow(rows, count * count))


def _split_defect(columns: Matrix, parts: Split) -> float:
    """The same, from ``QᵀQ = HᵀH + P + Pᵀ`` with ``P = (H + L/2)ᵀ L`` for ``Q = H + L``, of which ``HᵀH`` is exact."""
    rows, count = columns.shape
    gram = parts.high.T @ parts.high
    gram[np.diag_indices(count)] -= 1
    # Exact for columns of about unit length, and else rounded.
    subtracted = product_up(UNIT, frobenius_up(np.diagonal(gram)[None]))
    half = parts.high + parts.low / 2
    cross = half.T @ parts.low
    rest = cross + cross.T
    rounding = product_up(2 * gamma(rows + 1), frobenius_up(half), frobenius_up(parts.low))
    added = product_up(UNIT, frobenius_up(rest))
    gram += rest
    added = sum_up(subtracted, added, product_up(UNIT, frobenius_up(gram)))
    return sum_up(norm_through_squares_up(gram), rounding, added, underflow(4 * rows, count * count))
