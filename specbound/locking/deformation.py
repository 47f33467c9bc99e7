"""The deformation of one weight: which directions are scaled, by how much, and the two factors that are stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from specbound.core.errors import InvalidInput
from specbound.locking.pieces import all_finite, pieces
from specbound.locking.vectors import top_singular_vectors

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

    def with_alpha(self, alpha: float) -> Deformation:
        """The same directions, scaled by another α."""
        before = float(self.factors[0])
        return replace(self, factors=torch.full_like(self.factors, alpha).where(self.factors == before, 1 / alpha))

    def dense(self, exponent: int = 1) -> Tensor:
        """``T`` or, for the exponent −1, ``T⁻¹``: ``(d, d)``, float64."""
        u = self.directions
        return torch.eye(len(u), dtype=u.dtype, device=u.device) + (u * (self.factors**exponent - 1)) @ u.T

    def factorized(self, weight: Tensor, form: str, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """The deformed weight and its compensator, computed in float64 and rounded once, to ``dtype``.

        The dense form stores ``T W`` and ``T⁻¹``. The rotated one stores ``D Qᵀ W`` and ``Q D⁻¹``, where ``Q`` is
        orthogonal, its first columns those of U up to sign, and D diagonal: the same pair in another basis of the space
        between the two, in which nothing cancels. For side before, inputs take the place of outputs: ``W T`` and
        ``T⁻¹``, ``W Q D`` and ``D⁻¹ Qᵀ``.

        **Accuracy.** ``‖C W̃ − W‖`` after rounding to unit roundoff u: of order ``u α`` dense, ``u α²`` dense and
        two-sided, ``u`` rotated.
        """
        inner, outer = self._dense_factors() if form == "dense" else self._rotated_factors()
        if self.side == "before":
            inner, outer = inner.transposed(), outer.transposed()
        deformed = inner.times(weight, dtype) if self.side == "after" else inner.behind(weight, dtype)
        return deformed, outer.formed(dtype)

    def scales(self) -> Tensor:
        """D of the rotated form, ``(d,)``: the factors, then ones."""
        scales = torch.ones(len(self.directions), dtype=torch.float64, device=self.directions.device)
        scales[: len(self.factors)] = self.factors
        return scales

    @cached_property
    def reflectors(self) -> tuple[Tensor, Tensor]:
        """L and R, ``(d, c)``: ``Q = I + L Rᵀ`` is orthogonal, its first columns those of U up to sign.

        **Source.** Schreiber and Van Loan, *SIAM J. Sci. Stat. Comput.* 10 (1989) 53–57: the compact WY representation
        of the Householder reflectors of U.
        """
        packed, tau = torch.geqrf(self.directions)
        vectors = packed.tril(-1)
        vectors.diagonal().fill_(1)
        # A reflector of τ = 0 is the identity.
        vectors, tau = vectors[:, tau != 0], tau[tau != 0]
        inverse = (vectors.T @ vectors).triu(1) + torch.diag(1 / tau)
        return -torch.linalg.solve_triangular(inverse.T, vectors.T, upper=False).T, vectors

    def rotation(self) -> Tensor:
        """Q itself, ``(d, d)``."""
        left, right = self.reflectors
        return torch.eye(len(left), dtype=left.dtype, device=left.device) + left @ right.T

    def defect(self, form: str) -> float:
        """What a form lacks of being orthogonal: ``‖UᵀU − I‖_F`` or, rotated, a bound on ``‖QQᵀ − I‖``."""
        if form == "dense":
            u = self.directions
            return float(torch.linalg.matrix_norm(u.T @ u - torch.eye(u.shape[1]).to(u)))
        left, right = self.reflectors
        # L = R K for a small K, and QQᵀ − I = R (K + Kᵀ + K RᵀR Kᵀ) Rᵀ.
        gram = right.T @ right
        small = torch.linalg.solve(gram, right.T @ left)
        size = float(torch.linalg.matrix_norm(right)) ** 2
        return size * float(torch.linalg.matrix_norm(small + small.T + small @ gram @ small.T))

    def _dense_factors(self) -> tuple[_Factor, _Factor]:
        u = self.directions
        return _Factor(u * (self.factors - 1), u), _Factor(u * (1 / self.factors - 1), u)

    def _rotated_factors(self) -> tuple[_Factor, _Factor]:
        left, right = self.reflectors
        return _Factor(right, left, rows=self.scales()), _Factor(left, right, columns=1 / self.scales())


@dataclass(frozen=True)
class _Factor:
    """``diag(rows) (I + left rightᵀ) diag(columns)``, a d×d matrix that is applied without being formed."""

    left: Tensor
    right: Tensor
    rows: Tensor | None = None
    columns: Tensor | None = None

    def transposed(self) -> _Factor:
        return _Factor(self.right, self.left, self.columns, self.rows)

    def times(self, weight: Tensor, dtype: torch.dtype) -> Tensor:
        """``F W`` for a factor without scaled columns."""
        inner = self.left.new_zeros(self.right.shape[1], weight.shape[1])
        for piece in pieces(weight):
            inner += self.right[piece].T @ weight[piece].to(torch.float64)
        found = torch.empty_like(weight, dtype=dtype)
        for piece in pieces(weight):
            part = torch.addmm(weight[piece].to(torch.float64), self.left[piece], inner)
            found[piece] = part if self.rows is None else self.rows[piece, None] * part
        return found

    def behind(self, weight: Tensor, dtype: torch.dtype) -> Tensor:
        """``W F`` for a factor without scaled rows."""
        found = torch.empty_like(weight, dtype=dtype)
        for piece in pieces(weight):
            part = weight[piece].to(torch.float64)
            part = torch.addmm(part, part @ self.left, self.right.T)
            found[piece] = part if self.columns is None else part * self.columns
        return found

    def formed(self, dtype: torch.dtype) -> Tensor:
        """The factor itself."""
        size = len(self.left)
        found = torch.empty(size, size, dtype=dtype, device=self.left.device)
        for piece in pieces(found):
            part = self.left[piece] @ self.right.T
            part.diagonal(piece.start).add_(1)
            part = part if self.rows is None else self.rows[piece, None] * part
            found[piece] = part if self.columns is None else part * self.columns
        return found


def spectral_deformation(weight: Tensor, alpha: float, k: int, side: str, two_sided: bool) -> Deformation:
    """The deformation that multiplies the top k singular values of a weight by α.

    **Parameters.** ``weight``: ``(d_out, d_in)``. ``two_sided``: the last k of the ``d`` singular directions on that
    side are divided by α as well, ``2 k ≤ d``.
    **Raises.** :class:`InvalidInput` for α that is no positive number, for k out of range or above the rank, and for
    a weight that is not finite.
    **Accuracy.** Singular vectors as :func:`~specbound.locking.vectors.top_singular_vectors` gives them; for two sides
    from a full decomposition. ``C W̃ = W`` holds for any orthonormal directions. The rank counts singular values above
    ``max(d_out, d_in) u σ₁`` with the machine epsilon u of float64 or, for narrower weights, of float32.
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
    w = weight.detach()
    if not all_finite(w):
        raise InvalidInput("the weight has entries that are NaN or infinite; required: finite ones")
    w = w if side == "after" else w.T
    norm = float(torch.linalg.vector_norm(w, dtype=torch.float64))
    # Errors are measured by squares, which are neither to vanish nor to overflow.
    if bool(w.any()) and not 1e-140 <= norm <= 1e140:
        raise InvalidInput(f"the weight has a norm of {norm:.1e}; required: from 1e-140 to 1e140, rescale it")
    last = None
    if two_sided:
        left, values, _ = torch.linalg.svd(w.to(torch.float64), full_matrices=True)
        directions, last = left[:, :k], left[:, size - k :]
    else:
        directions, values = top_singular_vectors(w, k)
    precision = torch.finfo(torch.float64 if w.dtype == torch.float64 else torch.float32).eps
    rank = int((values[:k] > max(outputs, inputs) * precision * values[0]).sum())
    if rank < k:
        raise InvalidInput(f"k = {k} is above the rank of the weight, {rank}; take k of at most that")
    factors = torch.full((k,), float(alpha), dtype=torch.float64, device=w.device)
    if last is None:
        return Deformation(directions, factors, side)
    return Deformation(torch.cat([directions, last], dim=1), torch.cat([factors, 1 / factors]), side)
