"""Lanczos: the eigenvalue of largest magnitude of a symmetric operator, by products alone."""

from __future__ import annotations

import numpy as np

from specbound.curvature.basis import Basis, capacity, start
from specbound.curvature.convergence import Ritz
from specbound.curvature.operator import Operator


def largest_eigenvector(operator: Operator, tol: float, seed: int, max_products: int) -> Ritz:
    """The Ritz vector of the eigenvalue that is largest in magnitude, positive or negative.

    The basis is orthogonalised in full, twice; where it outgrows its memory, it is restarted from the half of the Ritz
    vectors with the largest values (Wu and Simon, SIAM J. Matrix Anal. Appl. 22, 2000).

    **Parameters.** ``tol``: see :meth:`~specbound.curvature.convergence.Ritz.settled`. ``seed``: of the random part of
    the start vector. ``max_products``: end there, settled or not.
    **Returns.** The vector with all Ritz values, largest magnitude first.
    """
    size = operator.shape[0]
    basis = Basis(capacity(operator, size), size, operator.dtype, operator.device)
    projected = np.zeros((0, 0))
    before = operator.products
    vector, norm = start(operator, seed)
    coupling, asymmetry = np.zeros(0), 0.0
    while True:
        if basis.full:
            values, vectors = _descending(projected)
            kept = basis.count // 2
            basis.rotate(vectors[:, :kept])
            projected = np.diag(values[:kept])
            coupling = norm * vectors[-1, :kept]
        basis.append(vector, norm)
        vector, column, norm = basis.orthogonalised((operator @ basis[-1]).double())
        # What the earlier products say of this column, and what its own product says: the same, if symmetric.
        asymmetry = max(asymmetry, float(np.linalg.norm(column[:-1] - coupling)))
        coupling = np.append(np.zeros(basis.count - 1), norm)
        projected = np.block([[projected, column[:-1, None]], [column[None, :]]])
        values, vectors = _descending(projected)
        residuals = norm * np.abs(vectors[-1])
        found = Ritz(values, residuals, asymmetry)
        complete = basis.count == size
        if complete or found.settled(tol) or operator.products - before >= max_products:
            found.vector = basis.combined(vectors[:, 0])
            return found


def _descending(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and vectors of a symmetric matrix, in descending order of magnitude."""
    values, vectors = np.linalg.eigh(matrix)
    order = np.argsort(-np.abs(values), kind="stable")
    return values[order], vectors[:, order]
