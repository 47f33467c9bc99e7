"""Solving symmetric systems whose rows and columns may be scaled by anything."""

from __future__ import annotations

import torch
from torch import Tensor

from specbound.core.errors import InvalidInput

PASSES, CLOSE = 100, 1e-4
"""Rescalings at most, and the relative distance of all norms from 1 at which they stop, mostly after 10 to 40."""


class SingularCurvature(InvalidInput):
    """A curvature matrix that is singular to working precision, so that the step it defines does not exist."""


def equilibrating_scales(matrix: Tensor) -> Tensor:
    """Powers of two ``d`` for which every row of ``diag(d) A diag(d)`` has a norm of about 1.

    The fixed point of ``d_i ← d_i / √‖row_i‖₂`` scales the squares of the entries to a doubly stochastic matrix, which
    is unique where there is one: a diagonal congruence of A changes d and, up to the rounding to powers of two, leaves
    the scaled matrix.

    **Parameters.** ``matrix``: ``(n, n)``, symmetric. **Returns.** ``(n,)``; infinite where a row is zero.
    **Source.** Knight, Ruiz and Uçar, *SIAM J. Matrix Anal. Appl.* 35 (2014) 931–955.

    >>> equilibrating_scales(torch.tensor([[4.0**9, 0.0], [0.0, 4.0**-9]]))
    tensor([1.9531e-03, 5.1200e+02])
    """
    scales = matrix.new_ones(len(matrix))
    for _ in range(PASSES):
        norms = torch.linalg.vector_norm(scales[:, None] * matrix * scales, dim=1)
        if bool(((norms - 1).abs() < CLOSE).all()) or not bool(norms.all()):
            break
        scales = scales / norms.sqrt()
    scales = torch.where(matrix.any(dim=1), scales, torch.inf)
    return torch.exp2(torch.log2(scales).round())


def solved(matrix: Tensor, right: Tensor, name: str) -> Tensor:
    """``A⁻¹ b`` for a symmetric A, definite or not, found without regard to how its rows and columns are scaled.

    **Parameters.** ``matrix``: ``(n, n)``; ``right``: ``(n,)``; ``name``: what the matrix is, for the error.
    **Accuracy.** That of elimination with partial pivoting on the equilibrated matrix. Scaling A by a diagonal
    congruence of powers of two, and b with it, scales the answer to the last bit, unless one of the scales lies so near
    to where it is rounded to another power of two that :data:`CLOSE` does not tell.
    **Raises.** :class:`SingularCurvature` where the reciprocal condition number of that matrix, in the 1-norm, is below
    n machine epsilons; :class:`~specbound.core.errors.InvalidInput` for entries that are not finite.

    >>> solved(torch.diag(torch.tensor([1e12, 1e-12])), torch.tensor([1e12, 1e-12]), "the Hessian")
    tensor([1., 1.])
    """
    if not bool(matrix.isfinite().all() and right.isfinite().all()):
        raise InvalidInput(f"{name} or the gradient has entries that are not finite; take a smaller learning rate")
    scales = equilibrating_scales(matrix)
    if not bool(scales.isfinite().all()):
        raise SingularCurvature(
            f"{name} is singular at this point: {int(scales.isinf().sum())} of its {len(matrix)} rows are zero; freeze "
            "those parameters, or damp it"
        )
    scaled, target = scales[:, None] * matrix * scales, scales * right
    factors, pivots, failed = torch.linalg.lu_factor_ex(scaled)
    reciprocal = 0.0 if int(failed) else _reciprocal_condition(scaled, factors, pivots)
    if not reciprocal >= len(matrix) * torch.finfo(matrix.dtype).eps:
        raise SingularCurvature(
            f"{name} is singular at this point: its reciprocal condition number after equilibration is "
            f"{reciprocal:.1e}, not above {len(matrix)} machine epsilons; damp it, or start elsewhere"
        )
    return scales * torch.linalg.lu_solve(factors, pivots, target[:, None])[:, 0]


def _reciprocal_condition(matrix: Tensor, factors: Tensor, pivots: Tensor) -> float:
    identity = torch.eye(len(matrix), dtype=matrix.dtype, device=matrix.device)
    inverse = torch.linalg.lu_solve(factors, pivots, identity)
    return 1 / float(torch.linalg.matrix_norm(matrix, 1) * torch.linalg.matrix_norm(inverse, 1))
