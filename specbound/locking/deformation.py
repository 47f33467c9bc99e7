"""The deformation of one weight: which directions are scaled, by how much, and the two factors that are stored."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from specbound.core.errors import InvalidInput

FORMS = ("dense", "rotated")
SIDES = ("after", "before")


@dataclass(frozen=True)
class Deformation:
    """``T = I + U (diag(factors) − I) Uᵀ``, on the outputs of a weight (side after) or on its inputs (before).

    ``directions``: U, orthonormal columns, ``(d, c)``, float64; ``factors``: ``(c,)``, positive, dimensionless.
    """

    directions: Tensor
    factors: Tensor
    side: str

    def dense(self, exponent: int = 1) -> Tensor:
        """``T`` or, for the exponent −1, ``T⁻¹``: ``(d, d)``, float64."""
        u = self.directions
        return torch.eye(len(u), dtype=u.dtype, device=u.device) + (u * (self.factors**exponent - 1)) @ u.T

    def factorized(self, weight: Tensor, form: str) -> tuple[Tensor, Tensor]:
        """The deformed weight and its compensator, in float64.

        The dense form stores ``T W`` and ``T⁻¹``. The rotated one stores ``D Qᵀ W`` and ``Q D⁻¹``, where
        ``Q = [U, U_⊥]`` is orthogonal and D diagonal: the same pair in another basis of the space between the two, in
        which nothing cancels. For side before, inputs take the place of outputs: ``W T`` and ``T⁻¹``.

        **Accuracy.** ``‖C W̃ − W‖`` after rounding to unit roundoff u: of order ``u α`` dense, ``u α²`` dense and
        two-sided, ``u`` rotated.
        """
        w = weight.to(torch.float64)
        w = w if self.side == "after" else w.T
        if form == "dense":
            u = self.directions
            deformed = w + (u * (self.factors - 1)) @ (u.T @ w)
            compensator = self.dense(-1)
        else:
            q, _ = torch.linalg.qr(self.directions, mode="complete")
            # The first columns of Q span U, up to sign.
            q[:, : self.directions.shape[1]] = self.directions
            scales = torch.ones(len(q), dtype=q.dtype, device=q.device)
            scales[: len(self.factors)] = self.factors
            deformed = scales[:, None] * (q.T @ w)
            compensator = q / scales
        return (deformed, compensator) if self.side == "after" else (deformed.T, compensator.T)


def spectral_deformation(weight: Tensor, alpha: float, k: int, side: str, two_sided: bool) -> Deformation:
    """The deformation that multiplies the top k singular values of a weight by α.

    **Parameters.** ``weight``: ``(d_out, d_in)``. ``two_sided``: the last k of the ``d`` singular directions on that
    side are divided by α as well, ``2 k ≤ d``.
    **Raises.** :class:`InvalidInput` for α that is no positive number, or k out of range.
    **Accuracy.** Singular vectors as LAPACK gives them in float64; C W̃ = W holds for any orthonormal directions.
    """
    outputs, inputs = weight.shape
    size, smaller = (outputs if side == "after" else inputs), min(outputs, inputs)
    if not (isinstance(k, int) and 1 <= k <= smaller):
        raise InvalidInput(
            f"k = {k!r}; required: a whole number from 1 to {smaller}, for a weight of {outputs}×{inputs}"
        )
    if two_sided and 2 * k > size:
        raise InvalidInput(f"k = {k} of {size} directions; required for two sides: at most {size // 2}")
    if not (isinstance(alpha, int | float) and 0 < alpha < float("inf")):
        raise InvalidInput(f"alpha = {alpha!r}; required: a positive number")
    w = weight.detach().to(torch.float64)
    left, _, _ = torch.linalg.svd(w if side == "after" else w.T, full_matrices=two_sided)
    factors = torch.full((k,), float(alpha), dtype=torch.float64, device=w.device)
    if not two_sided:
        return Deformation(left[:, :k], factors, side)
    return Deformation(torch.cat([left[:, :k], left[:, -k:]], dim=1), torch.cat([factors, 1 / factors]), side)
