"""Singular values and spans of singular vectors of an enclosed matrix.

The top ``k`` singular vectors of ``M`` span a space that is determined where ``σ_k(M) > σ_{k+1}(M)``. Let ``U', V'`` be
the orthonormal polar factors of the computed ones, so that ``M' = U' diag(s) V'ᵀ`` has exactly these vectors, and
``‖M − M'‖ ≤ e``. With ``δ = s_k − σ_{k+1}(M) > 0``, Wedin's theorem bounds the angles between the two spans by
``‖sin Θ‖_F ≤ √k e / δ``, and some orthonormal basis of the true one is within ``√2 ‖sin Θ‖_F`` of ``U'_k``.

**Source.** Wedin, *Perturbation bounds in connection with singular value decomposition*, BIT 12 (1972), 99-111; Stewart
& Sun, *Matrix Perturbation Theory*, 1990, Theorem V.4.4.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from weakref import WeakValueDictionary

import numpy as np

from specbound.numeric.enclosures.factors import Mode
from specbound.numeric.enclosures.interval import Interval
from specbound.numeric.enclosures.matrix import EnclosedMatrix
from specbound.numeric.enclosures.rounded import down, product_up, root_up, sum_up, up
from specbound.numeric.ops import NotAvailable, checked_index


class EnclosedSpectrum:
    """Singular values in intervals, in descending order; one and the same object each time for one of them."""

    def __init__(self, matrix: EnclosedMatrix, mode: Mode) -> None:
        self._matrix = matrix
        self._mode: Mode = mode
        self._lower, self._upper = matrix.factors.bounds(mode, matrix.radius)
        self._values: dict[int, Interval] = {}

    @property
    def count(self) -> int:
        return min(self._matrix.shape)

    def value(self, index: int) -> Interval:
        if checked_index(index) not in self._values:
            inside = index < self.count
            ends = (float(self._lower[index]), float(self._upper[index])) if inside else (0.0, 0.0)
            self._values[index] = Interval.between(*ends, self._matrix.exponent)
        return self._values[index]

    def smallest(self) -> Interval:
        return self.value(self.count - 1)


class EnclosedDecomposition(EnclosedSpectrum):
    """Singular values, and orthonormal bases of the spans of the top singular vectors, which are no single vectors."""

    def __init__(self, matrix: EnclosedMatrix, mode: Mode, product: Callable[..., EnclosedMatrix]) -> None:
        super().__init__(matrix, mode)
        self._product = product
        self._bases: WeakValueDictionary[tuple[str, int], EnclosedMatrix] = WeakValueDictionary()
        self._turns: dict[tuple[str, int], object] = {}

    def left(self, count: int) -> EnclosedMatrix:
        return self._basis("left", count)

    def right(self, count: int) -> EnclosedMatrix:
        return self._basis("right", count)

    def truncated(self, count: int) -> EnclosedMatrix:
        if count == self.count:
            return self._matrix
        # U_k U_kᵀ M or M V_k V_kᵀ, whichever is the smaller product.
        rows, columns = self._matrix.shape
        if rows <= columns:
            basis = self.left(count)
            return self._product(basis, self._product(basis.mT, self._matrix))
        basis = self.right(count)
        return self._product(self._product(self._matrix, basis), basis.mT)

    def _basis(self, side: str, count: int) -> EnclosedMatrix:
        if not 1 <= count <= self.count:
            raise NotAvailable(f"{count} singular vectors were asked for; there are {self.count}")
        known = self._bases.get((side, count))
        if known is not None:
            return known
        factors = self._matrix.factors
        vectors = factors.left if side == "left" else factors.right
        # Whoever asks again must get the same basis, though its entries may have been forgotten meanwhile. Its rows are
        # those of the matrix, or its columns, and turn with them.
        turns = (self._matrix.turns[side == "right"], self._turns.setdefault((side, count), object()))
        if count == len(vectors):
            basis = EnclosedMatrix(np.eye(count), turns=turns)
        else:
            radius = self._distance(count, getattr(factors.defects(self._mode), side))
            basis = EnclosedMatrix(vectors[:, :count], 0, radius, turns)
        self._bases[side, count] = basis
        return basis

    def _distance(self, count: int, defect: float) -> float:
        """At least the Frobenius distance from the computed vectors to a basis of the true span.

        **Raises.** :class:`NotAvailable` without a certified gap between the singular values on either side.
        """
        values = self._matrix.factors.values
        left, right, residual = self._matrix.factors.defects(self._mode)
        if max(left, right) >= 1 or bool((np.diff(values) > 0).any()) or values[-1] < 0:
            raise NotAvailable("the computed singular vectors are too far from orthonormal for anything to be proved")
        turned = product_up(float(values[0]), sum_up(product_up(left, root_up(up(1 + right))), right))
        change = sum_up(residual, self._matrix.radius, turned)
        beyond = float(self._upper[count]) if count < self.count else 0.0
        gap = down(float(values[count - 1]) - beyond)
        if gap <= 0:
            raise NotAvailable(f"no certified gap between singular values {count} and {count + 1}: their span is open")
        angles = up(change / gap)
        return product_up(up(sqrt(count)), sum_up(defect, product_up(up(sqrt(2)), angles)))
