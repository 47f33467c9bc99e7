"""How far a stored pair, multiplied back, can be from its weight: a bound, before anything is measured."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from specbound.locking.deformation import Deformation
from specbound.locking.pieces import frobenius_norm, pieces


def unlocking_bound(
    weight: Tensor, deformed: Tensor, compensator: Tensor, deformation: Deformation, form: str
) -> float:
    """A bound on ``‖fl(C W̃) − W‖_F / ‖W‖_F``, dimensionless, where the product is computed in float64.

    Rounding the two factors once to unit roundoff u costs ``u (‖C‖ + (1 + u) ‖|C|‖) ‖W̃‖_F`` in the dense form
    (``precision_ceiling``) and the same with Q and W in place of C and W̃, so free of α, in the rotated one
    (``rotated_precision``). To that come the float64 arithmetic that made and multiplies them, by the standard model
    (Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed. 2002, section 3.5), what the directions lack
    of being orthonormal, as computed, and the rounding of the product. ``‖|C|‖`` is bounded by ``√(‖C‖₁ ‖C‖_∞)``.
    Entries below the smallest normal number are off by half of its last digit instead, each.
    **Assumes.** Conventional matrix products in float64, without underflow there.
    """
    u, v = torch.finfo(deformed.dtype).eps / 2, torch.finfo(torch.float64).eps / 2
    size = frobenius_norm(weight)
    count, scaled = len(compensator), len(deformation.factors)
    if form == "dense":
        largest = _norm_of_moduli(compensator)
        contracted = max(1.0, float((1 / deformation.factors).max()))
        inflated = frobenius_norm(deformed) / size
        arithmetic = (v * (count + 4) * largest + 2 * v * scaled**2 * contracted + deformation.defect(form)) * inflated
        arithmetic += v * count * math.sqrt(scaled)
    else:
        scales, ones = deformation.scales(), torch.ones_like(deformation.scales())
        rows, columns = (ones, scales) if deformation.side == "after" else (scales, ones)
        largest = _norm_of_moduli(compensator, rows, columns)
        contracted = inflated = 1.0
        left, right = (float(torch.linalg.vector_norm(part)) for part in deformation.reflectors)
        arithmetic = v * ((count + 4) * largest + 2 * (count + 2 * scaled + 4) * left * right)
        arithmetic += deformation.defect(form)
    total = (u * contracted + u * (1 + u) * largest) * inflated + arithmetic
    lost = _underflow(compensator) * frobenius_norm(deformed)
    lost += max(1.0, float((1 / deformation.factors).max())) * _underflow(deformed)
    total += (lost + u * torch.finfo(deformed.dtype).smallest_normal * math.sqrt(weight.numel())) / size
    return (1 + 4 * u) * total + u


def _underflow(matrix: Tensor) -> float:
    """How far, in norm, rounding can have moved entries of a matrix that are no normal numbers."""
    info = torch.finfo(matrix.dtype)
    count = sum(int((matrix[piece].abs() < info.smallest_normal).sum()) for piece in pieces(matrix))
    return math.sqrt(count) * info.smallest_normal * info.eps / 2


def _norm_of_moduli(matrix: Tensor, rows: Tensor | None = None, columns: Tensor | None = None) -> float:
    """A bound on ``‖|diag(rows) A diag(columns)|‖``: the root of its largest column sum times its largest row sum."""
    of_columns = torch.zeros(matrix.shape[1], dtype=torch.float64, device=matrix.device)
    of_rows = torch.zeros_like(of_columns)
    for piece in pieces(matrix):
        moduli = matrix[piece].to(torch.float64).abs()
        if rows is not None and columns is not None:
            moduli = moduli * rows[piece, None] * columns
        of_columns += moduli.sum(dim=0)
        of_rows[piece] = moduli.sum(dim=1)
    return math.sqrt(float(of_columns.max()) * float(of_rows.max()))
