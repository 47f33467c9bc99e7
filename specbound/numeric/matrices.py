"""Matrices with a prescribed spectrum and prescribed singular vectors, for NumPy and torch alike, batched."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import pi
from typing import Any, TypeAlias

import numpy as np
from array_api_compat import array_namespace

Array: TypeAlias = Any


def plane_count(size: int) -> int:
    """How many angles :func:`rotation` takes: ``size (size − 1) / 2``, dimensionless.

    >>> plane_count(3)
    3
    """
    return size * (size - 1) // 2


def rotation(degrees: Array, size: int) -> Array:
    """The product of Givens rotations ``Π_{i<j} G(i, j; angle)``, which reaches every rotation of ``R^size``.

    **Parameters.** ``degrees``: shape ``(..., size (size − 1) / 2)``, floating, in degrees, planes in the order
    (0,1), (0,2), …, (1,2), …. ``size``: at least 1.
    **Returns.** Shape ``(..., size, size)``, same dtype. For ``size = 2`` the first column is ``(cos, sin)``.
    **Accuracy.** Orthogonal up to rounding, about ``size · u``.
    **Raises.** ``ValueError`` for a wrong number of angles.
    **Source.** Golub & Van Loan, *Matrix Computations*, 4th ed., section 5.1.8.

    >>> rotation(np.array([90.0]), 2).round(12) + 0.0
    array([[ 0., -1.],
           [ 1.,  0.]])
    """
    if degrees.shape[-1] != plane_count(size):
        raise ValueError(
            f"a rotation of size {size} takes {plane_count(size)} angles, got {degrees.shape[-1]}; "
            "give one angle for each pair of axes"
        )
    xp: Any = array_namespace(degrees)
    unit = xp.eye(size, dtype=degrees.dtype, device=degrees.device)
    rows = [xp.broadcast_to(unit[i, :], (*degrees.shape[:-1], size)) for i in range(size)]
    for plane, (i, j) in enumerate(combinations(range(size), 2)):
        angle = degrees[..., plane, None] * (pi / 180)
        c, s = xp.cos(angle), xp.sin(angle)
        rows[i], rows[j] = c * rows[i] - s * rows[j], s * rows[i] + c * rows[j]
    return xp.stack(rows, axis=-2)


def from_spectrum(spectrum: Array, left: Array, right: Array) -> Array:
    """``left · diag(spectrum) · rightᵀ``: a matrix with these singular values and singular vectors.

    **Parameters.** ``spectrum``: shape ``(..., k)``, nonnegative, any order. ``left``: ``(..., m, k or more)`` and
    ``right``: ``(..., n, k or more)`` with orthonormal columns, of which the first ``k`` are used.
    **Returns.** Shape ``(..., m, n)``, same dtype. **Accuracy.** That of the product.

    >>> from_spectrum(np.array([3.0, 1.0]), np.eye(2), np.eye(3))
    array([[3., 0., 0.],
           [0., 1., 0.]])
    """
    count = spectrum.shape[-1]
    return (left[..., :, :count] * spectrum[..., None, :]) @ right[..., :, :count].mT


def random_orthogonal(generator: np.random.Generator, size: int, batch: Sequence[int] = ()) -> Array:
    """Orthogonal matrices with the Haar distribution, float64, shape ``(*batch, size, size)``.

    **Accuracy.** Orthogonal up to rounding. **Source.** Mezzadri, *Notices of the AMS* 54 (2007), 592-604: QR of a
    Gaussian matrix with the signs of R's diagonal moved into Q.

    >>> q = random_orthogonal(np.random.default_rng(0), 3)
    >>> bool(np.allclose(q.T @ q, np.eye(3)))
    True
    """
    q, r = np.linalg.qr(generator.standard_normal((*batch, size, size)))
    return q * np.sign(np.diagonal(r, axis1=-2, axis2=-1))[..., None, :]


def random_spectrum(generator: np.random.Generator, shape: Sequence[int]) -> Array:
    """Spectra in ``[0, 1]``, dimensionless, each row of one of four kinds that hide different mistakes.

    **Parameters.** ``shape``: ``(*batch, count)``.
    **Returns.** float64, descending along the last axis. The kinds, each a quarter of the rows: uniform; graded (from
    1 down to 1e-8, logarithmically uniform); clustered (two values only); rank-deficient (uniform, then zeros).

    >>> random_spectrum(np.random.default_rng(0), (5, 3)).shape
    (5, 3)
    """
    *batch, count = shape
    uniform = generator.random((*batch, count))
    graded = 10.0 ** (-8.0 * generator.random((*batch, count)))
    pair = generator.random((*batch, 2))
    clustered = np.where(generator.random((*batch, count)) < 0.5, pair[..., :1], pair[..., 1:])
    rank = generator.integers(0, count + 1, size=(*batch, 1))
    deficient = np.where(np.arange(count) < rank, uniform, 0.0)
    kind = generator.integers(0, 4, size=(*batch, 1))
    values = np.choose(kind, [uniform, graded, clustered, deficient])
    return -np.sort(-values, axis=-1)
