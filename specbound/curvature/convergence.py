"""How good the Ritz values of a search are, and when it may stop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float64]


class NotConverged(RuntimeError):
    """A search that ended before its tolerance: carries the best ``value``, its ``residual`` and the ``products``."""

    def __init__(self, reason: str, value: float, residual: float, products: int) -> None:
        super().__init__(
            f"{reason}: the best estimate after {products} products is {value:.6g}, with a residual of {residual:.2g}"
        )
        self.value = value
        self.residual = residual
        self.products = products


class Ritz:
    """Ritz values, or those of singular values, by descending magnitude, with residuals and the first one's vector.

    A Ritz value is never larger in magnitude than the true extreme. Its residual bounds the distance to *some*
    eigenvalue; that nothing larger was missed rests on the random start vector not being orthogonal to it.
    """

    vector: Tensor

    def __init__(self, values: Floats, residuals: Floats, asymmetry: float = 0.0) -> None:
        self.values = values
        self.residuals = residuals
        self.asymmetry = asymmetry
        """How far products that a symmetric matrix would make equal were apart, in the operator's units."""

    def settled(self, tol: float) -> bool:
        """Whether the first value is accurate to ``tol`` of itself and the spectrum's other end is not beyond it."""
        error = self.errors()
        size = abs(self.values[0])
        (opposite,) = np.nonzero(np.sign(self.values) == -np.sign(self.values[0]))
        beyond = [abs(self.values[i]) + error[i] for i in opposite[:1]]
        return bool(error[0] <= tol * size and all(reach <= size * (1 + tol) for reach in beyond))

    def errors(self, first: float | None = None) -> Floats:
        """How far each value may lie from a true one: ``min(r, r²/δ)``; ``first`` replaces the first residual.

        ``δ`` is the distance to the nearest other Ritz value less that one's residual. The first bound always holds;
        the second (Temple and Kato; Parlett, *The Symmetric Eigenvalue Problem*, 1980, ch. 10 and 11) if no true value
        that the search has not met lies within ``δ``.

        >>> Ritz(np.array([2.0, 1.0]), np.array([1e-3, 0.0])).errors().round(9).tolist()
        [1e-06, 0.0]
        """
        residuals = self.residuals.copy()
        if first is not None:
            residuals[0] = first
        distances = np.abs(self.values[:, None] - self.values[None, :]) - residuals[None, :]
        np.fill_diagonal(distances, np.inf)
        gaps = distances.min(axis=1)
        # Alone, a value has an infinite distance to others, which says nothing.
        told = np.isfinite(gaps) & (gaps > residuals)
        return np.where(told, residuals * (residuals / np.where(told, gaps, 1.0)), residuals)
