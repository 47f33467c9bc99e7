"""The top singular vectors of a weight: block Golub–Kahan–Lanczos for large ones, LAPACK for small ones."""

from __future__ import annotations

import torch
from torch import Tensor

SMALL = 500
"""Up to this smaller side a full decomposition costs less than the search."""

BLOCK = 16
"""Vectors that are multiplied at a time: so many copies of a repeated singular value are found for certain."""

PROBES, STEPS, MISSED = 8, 3, 0.02
"""Random vectors, and steps of the power method on them, that look for a larger singular value which the search missed,
as more than :data:`BLOCK` copies of one; and by how much it has to be larger, relative, to count."""

RESIDUAL = 1e-4
"""``‖W Wᵀu − σ²u‖ ≤ RESIDUAL · σ₁²`` for every vector: singular values are then accurate to about its square."""


NEARLY_DEPENDENT, DEPENDENT = 1e-2, 100.0
"""What may be left of a column, relative to its block, before it is orthogonalised again, or counts as none: in units
of 1, and of machine epsilon."""

PATIENCE = 1.2
"""By what factor the space grows between two looks at its residuals."""


def top_singular_vectors(weight: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The top k left singular vectors of a weight and their singular values.

    **Parameters.** ``weight``: ``(d_out, d_in)``, finite, floating, on any device. ``k``: from 1 to the smaller side.
    **Returns.** Vectors ``(d_out, k)`` and values ``(k,)``, descending, both float64.
    **Accuracy.** The vectors are orthonormal to float64 rounding, whatever the dtype of the weight. For a smaller side
    of at most :data:`SMALL` they are LAPACK's; else the search runs in float64 for float64 weights and in float32 for
    narrower ones, and ends with residuals of at most :data:`RESIDUAL`, checked by a product with the weight; a spectrum
    on which it does not end so within a third of the smaller side, or of which it missed a part, is decomposed in full.
    **Source.** Golub, Luk and Overton, *ACM Trans. Math. Softw.* 7 (1981) 149–169: the block method.
    """
    if min(weight.shape) > SMALL and 4 * (k + BLOCK) < min(weight.shape):
        working = weight if weight.dtype == torch.float64 else weight.to(torch.float32)
        vectors = _search(working, k)
        if vectors is not None:
            values, residual = _values(working, vectors)
            if residual <= RESIDUAL and _beside(working, vectors) <= (1 + MISSED) * float(values[-1]):
                return vectors, values
    left, values, _ = torch.linalg.svd(weight.to(torch.float64), full_matrices=False)
    return left[:, :k], values[:k]


def _search(weight: Tensor, k: int) -> Tensor | None:
    """The vectors from a Krylov space, or None where a third of the smaller side was not enough."""
    rows, columns = weight.shape
    room = min(rows, columns) // 3 // BLOCK * BLOCK
    generator = torch.Generator().manual_seed(0)
    # By columns, so that memory is only touched as far as it is used.
    left, right = (weight.new_empty(room, size).T for size in (rows, columns))
    projected = torch.zeros(room, room, dtype=torch.float64)
    start = torch.randn(columns, BLOCK, generator=generator, dtype=weight.dtype).to(weight.device)
    new, _ = _orthonormalised(start, right[:, :0], generator)
    next_look = k
    for begin in range(0, room, BLOCK):
        end = begin + BLOCK
        right[:, begin:end] = new
        left[:, begin:end], diagonal = _orthonormalised(weight @ new, left[:, :begin], generator)
        projected[begin:end, begin:end] = diagonal
        # (AᵀB)ᵀ = BᵀA: by far the faster product where A is stored by rows.
        new, beside = _orthonormalised((left[:, begin:end].T @ weight).T, right[:, :end], generator)
        if end >= next_look:
            next_look = PATIENCE * end
            known = projected[:end, :end]
            squares, u = (part.flip(-1) for part in torch.linalg.eigh(known @ known.T))
            last = torch.linalg.vector_norm(beside @ u[begin:, :k], dim=0)
            if bool((squares[:k].clamp(min=0).sqrt() * last <= RESIDUAL / 2 * squares[0]).all()):
                vectors = (left[:, :end] @ u[:, :k].to(left)).to(torch.float64)
                return torch.linalg.qr(vectors).Q
        if end < room:
            projected[begin:end, end : end + BLOCK] = beside.T
    return None


def _orthonormalised(block: Tensor, basis: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Orthonormal columns that with the basis span the block, and the block's coefficients on them, float64 on the CPU.

    A column that depends on the others up to rounding is replaced by a random one; one that nearly does is
    orthogonalised again.
    """
    coefficients = torch.eye(block.shape[1], dtype=torch.float64)
    size = float(torch.linalg.vector_norm(block))
    while True:
        block, triangle = torch.linalg.qr(block - basis @ (basis.T @ block))
        coefficients = triangle.to(coefficients) @ coefficients
        left = triangle.diagonal().abs()
        if float(left.min()) > NEARLY_DEPENDENT * size:
            return block, coefficients
        dependent = left <= DEPENDENT * torch.finfo(block.dtype).eps * size
        drawn = torch.randn(len(block), int(dependent.sum()), generator=generator, dtype=block.dtype)
        block[:, dependent] = drawn.to(block.device) / len(block) ** 0.5
        size = 1.0


def _values(weight: Tensor, vectors: Tensor) -> tuple[Tensor, float]:
    """``σ = ‖Wᵀu‖``, and the largest ``‖W Wᵀu − σ²u‖ / σ₁²``, by products with the weight in its own dtype."""
    images = (vectors.to(weight.dtype).T @ weight).T
    values = torch.linalg.vector_norm(images.to(torch.float64), dim=0)
    apart = (weight @ images).to(torch.float64) - vectors * values**2
    top = float(values[0]) ** 2
    return values, float(torch.linalg.vector_norm(apart, dim=0).max()) / top if top else 0.0


def _beside(weight: Tensor, vectors: Tensor) -> float:
    """An estimate from below of the largest singular value orthogonal to these left vectors."""
    known = vectors.to(weight.dtype)
    generator = torch.Generator().manual_seed(1)
    found = torch.randn(len(weight), PROBES, generator=generator, dtype=weight.dtype).to(weight.device)
    for _ in range(STEPS):
        found = torch.linalg.qr(found - known @ (known.T @ found)).Q
        found = weight @ (found.T @ weight).T
    found = torch.linalg.qr(found - known @ (known.T @ found)).Q
    return float(torch.linalg.matrix_norm(found.T @ weight, ord=2))
