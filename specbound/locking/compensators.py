"""Reading a lock off a compensator alone: its spectrum has two levels, 1 and 1/α, and nothing that is trained has."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from specbound.locking.pieces import all_finite, frobenius_norm, pieces

PROBES = 8
"""Gaussian vectors on which a structure is checked."""

SKETCH = 32
"""Directions beside the identity that are looked for at first; four times as many until all are found."""

NOISE, ARITHMETIC = 2.0, 2.0**-46
"""Of rounding the entries of a matrix, in unit roundoffs of its largest row; and of the arithmetic here, beside it."""

ROUNDING = 16.0
"""How far, in unit roundoffs, norms and probes may be from what they are in exact arithmetic."""


@dataclass(frozen=True)
class Lock:
    """What a compensator says of its lock: how many directions, by what factor, in which form, and which they are.

    ``alpha``: None where the format does not resolve 1/α from zero, ``u α ≳ 1``. ``side``: None in the dense form,
    which looks alike on both. ``directions``: U_k, ``(d, k)``, float64; ``inner``: what they are in the space between
    the two layers, ``(d, k)``.
    """

    k: int
    alpha: float | None
    form: str
    side: str | None
    two_sided: bool
    directions: Tensor
    inner: Tensor


def recognised(matrix: Tensor, named: bool = False) -> Lock | None:
    """The lock that a square matrix compensates, or None for a matrix that is no compensator.

    With C = T⁻¹ exact, k, α and U_k are what the spectrum says. Stored with an error E, a gap of at least
    ``1 − 1/α − 2‖E‖`` is left in the dense form (``lock_detection_gap``), and 1/α and U_k are off by about ‖E‖
    (``lock_detection_factor``, ``lock_detection``); in the rotated form rounding changes norms of columns by unit
    roundoffs at most, whatever α is.

    **Parameters.** ``matrix``: ``(d, d)``, floating, ``d ≥ 2``, as it is stored. ``named``: whether its name says
    that it is a compensator; then a multiple of an orthogonal matrix, k = d, and a projection, 1/α = 0 as far as the
    dtype can tell, count as well, which without a name may be initial weights.
    **Accuracy.** ‖E‖ is taken to be :data:`NOISE` unit roundoffs of the largest norm of a row: what rounding entries
    independently makes of it, with room; by :func:`_apart_on_probes` no other structure passes.
    """
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < 2:
        return None
    u = torch.finfo(matrix.dtype).eps / 2
    wide = matrix.to(torch.float64)
    if not all_finite(wide):
        return None
    found = _dense(wide, u) or _rotated(wide, u, "after") or _rotated(wide.T, u, "before")
    plain = found is not None and found.k < len(matrix) and found.alpha is not None
    return found if plain or named else None


def is_identity(matrix: Tensor) -> bool:
    """Whether a square matrix compensates nothing: it is orthogonal, a lock of α = 1."""
    wide, u = matrix.to(torch.float64), torch.finfo(matrix.dtype).eps / 2
    return _apart_on_probes(lambda x: wide.T @ (wide @ x) - x, wide) <= ROUNDING * u


def _dense(matrix: Tensor, u: float) -> Lock | None:
    """``I − C`` has rank k, or 2k for two sides, and one eigenvalue, or two."""
    size = max(frobenius_norm(matrix), len(matrix) ** 0.5)
    askew = (frobenius_norm(matrix[piece] - matrix.T[piece]) for piece in pieces(matrix))
    if any(part > 8 * (u + ARITHMETIC) * size for part in askew):
        return None
    noise = NOISE * (u + ARITHMETIC) * float(torch.linalg.vector_norm(matrix, dim=1).max())
    beside = -(matrix + matrix.T) / 2
    beside.diagonal().add_(1)
    found = _range(beside, noise)
    read = _levels(1 - found[0], 2 * noise) if found is not None and len(found[0]) else None
    if found is None or read is None:
        return None
    alpha, chosen, two_sided = read
    directions = found[1][:, chosen]
    return Lock(directions.shape[1], alpha, "dense", None, two_sided, directions, directions)


def _rotated(matrix: Tensor, u: float, side: str) -> Lock | None:
    """The columns are orthogonal, of norm 1 but for k of them, or 2k for two sides."""
    norms = torch.linalg.vector_norm(matrix, dim=0)
    if not bool((norms > 0).all()):
        return None
    scaled = (norms - 1).abs() > ROUNDING * u
    if not bool(scaled.any()):
        return None
    read = _levels(norms[scaled], 0.0, ROUNDING * u)
    unit = matrix / norms
    apart = _apart_on_probes(lambda x: unit.T @ (unit @ x) - x, unit)
    if read is None or apart > ROUNDING * u:
        return None
    alpha, chosen, two_sided = read
    columns = scaled.nonzero().squeeze(1)[chosen]
    inner = torch.eye(len(matrix), dtype=matrix.dtype, device=matrix.device)[:, columns]
    return Lock(len(columns), alpha, "rotated", side, two_sided, unit[:, columns], inner)


def _levels(values: Tensor, noise: float, relative: float = 0.0) -> tuple[float | None, Tensor, bool] | None:
    """α, which of these values are 1/α, and whether the others are α: for one level, or for two that are inverse."""
    low = values < 1
    groups = [values[low], values[~low]]
    for group in groups:
        if len(group) and float(group.max() - group.min()) > 2 * (noise + relative * float(group.abs().max())):
            return None
    if all(len(group) for group in groups):
        contracted, inflated = (float(group.mean()) for group in groups)
        apart = abs(contracted - 1 / inflated)
        if len(groups[0]) != len(groups[1]) or apart > 2 * (noise + relative * contracted):
            return None
        return inflated, low, True
    level = float(values.mean())
    if level < -noise:
        return None
    return (1 / level if level > noise else None), torch.ones_like(low), False


def _range(matrix: Tensor, noise: float) -> tuple[Tensor, Tensor] | None:
    """The eigenvalues of a symmetric matrix beyond the noise, and their vectors; None where more than noise is left.

    They come from products with random vectors, as many as it takes, so that a low rank costs little.
    """
    if not noise < math.inf:
        return None
    size, count = len(matrix), SKETCH
    generator = torch.Generator().manual_seed(0)

    def significant(basis: Tensor) -> tuple[Tensor, Tensor]:
        values, small = torch.linalg.eigh(basis.T @ matrix @ basis)
        beyond = values.abs() > 2 * noise
        return values[beyond], basis @ small[:, beyond]

    def complete(values: Tensor, vectors: Tensor) -> bool:
        rest = _apart_on_probes(lambda x: matrix @ x - vectors @ (values[:, None] * (vectors.T @ x)), matrix)
        return rest <= 2 * noise

    while 4 * count < size:
        drawn = torch.randn(size, count, generator=generator, dtype=torch.float64).to(matrix.device)
        found = significant(torch.linalg.qr(matrix @ torch.linalg.qr(matrix @ drawn).Q).Q)
        if complete(*found):
            return found
        count *= 4
    found = significant(torch.eye(size, dtype=torch.float64, device=matrix.device))
    return found if complete(*found) else None


def _apart_on_probes(residual: Callable[[Tensor], Tensor], matrix: Tensor) -> float:
    """The norm of a residual of Gaussian vectors as long as that square matrix, relative to theirs."""
    drawn = torch.randn(len(matrix), PROBES, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    drawn = drawn.to(matrix.device)
    return float(torch.linalg.matrix_norm(residual(drawn)) / torch.linalg.matrix_norm(drawn))
