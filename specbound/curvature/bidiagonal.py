"""Golub–Kahan bidiagonalisation: the top singular value of a rectangular operator, by products alone."""

from __future__ import annotations

import numpy as np

from specbound.curvature.basis import Basis, capacity, start
from specbound.curvature.convergence import Ritz
from specbound.curvature.operator import Operator
from specbound.numeric.rounding import product_tolerance


def largest_singular_vector(operator: Operator, tol: float, seed: int, max_products: int) -> Ritz:
    """The right Ritz vector of the largest singular value of an operator with at least as many rows as columns.

    Both bases are orthogonalised in full, twice, and restarted together like those of Lanczos (Baglama and Reichel,
    SIAM J. Sci. Comput. 27, 2005). Parameters and result as for
    :func:`~specbound.curvature.lanczos.largest_eigenvector`.
    """
    rows, columns = operator.shape
    room = min(capacity(operator, rows + columns), columns)
    left = Basis(room, rows, operator.dtype, operator.device)
    right = Basis(room, columns, operator.dtype, operator.device)
    projected = np.zeros((0, 0))
    before = operator.products
    vector, norm = start(operator, seed)
    while True:
        if right.full:
            lefts, values, rights = np.linalg.svd(projected)
            kept = right.count // 2
            left.rotate(lefts[:, :kept])
            right.rotate(rights[:kept].T)
            projected = np.diag(values[:kept])
        right.append(vector, norm)
        image, column, height = left.orthogonalised((operator @ right[-1]).double())
        projected = np.hstack([projected, column[:, None]])
        # An image in the span of those before ends the search: the spaces are invariant up to what is left of it.
        complete = height <= product_tolerance(operator.dtype) * float(np.linalg.norm(projected))
        norm = height
        if not complete:
            left.append(image, height)
            projected = np.vstack([projected, np.eye(1, right.count, right.count - 1) * height])
            vector, _, norm = right.orthogonalised((operator.T @ left[-1]).double())
            complete = right.count == columns
        lefts, values, rights = np.linalg.svd(projected)
        if left.count == 0:
            values, residuals = np.zeros(1), np.zeros(1)
        else:
            residuals = norm * np.abs(lefts[-1]) if left.count == right.count else np.full(len(values), height)
        found = Ritz(values, residuals)
        if complete or found.settled(tol) or operator.products - before >= max_products:
            found.vector = right.combined(rights[0])
            return found
