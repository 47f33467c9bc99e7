"""The top singular value of a curvature operator, with what is known about its error."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from specbound.core.errors import InvalidInput
from specbound.curvature.bidiagonal import largest_singular_vector
from specbound.curvature.convergence import NotConverged
from specbound.curvature.data import Loss
from specbound.curvature.hessian import hessian
from specbound.curvature.lanczos import largest_eigenvector
from specbound.curvature.operator import DENSE_ENTRIES, Operator
from specbound.curvature.parameters import Names
from specbound.numeric.enclosures.norm import spectral_norm_enclosure
from specbound.numeric.ops import NotAvailable
from specbound.numeric.rounding import product_tolerance, unit_roundoff

MAX_PRODUCTS = 1_000


@dataclass(frozen=True)
class TopSingularValue:
    """``σ₁`` of an operator: an estimate from below, its residual, and bounds, all in the operator's units."""

    value: float
    """``‖A v‖`` for the unit vector ``right``."""
    residual: float
    """``‖A v − ρ v‖``, ``ρ = vᵀA v``, for a symmetric operator; else ``‖Aᵀu − σ v‖``; measured by a product."""
    products: int
    """Products with single vectors that the search took; the columns of a certified upper bound come on top."""
    lower: float
    """``σ₁`` is at least this, as far as a product is accurate to ``32 u σ₁``, ``u`` the unit roundoff of the dtype."""
    upper: float | None
    """``σ₁`` is at most this, as far as products are that accurate; None unless it was asked for."""
    left: Tensor = field(repr=False, compare=False)
    """Unit, shape ``(rows,)``: ``A v / ‖A v‖``; for a symmetric operator ``left · right`` has the eigenvalue's sign."""
    right: Tensor = field(repr=False, compare=False)
    """Unit, shape ``(columns,)``."""


def top_singular_value(
    model: nn.Module,
    loss: Loss,
    data: Any,
    params: Names = None,
    tol: float = 1e-6,
    certified_upper: bool = False,
) -> TopSingularValue:
    """``σ₁(∇²L)``: the largest eigenvalue of the loss Hessian in magnitude, be it positive or negative.

    **Parameters.** ``model``: any module, with dropout inactive. ``loss``: ``loss(outputs, targets)``, a scalar, the
    mean over the batch. ``data``: ``(inputs, targets)``, or an iterable of such batches; inputs are a tensor, a tuple
    (passed as ``*args``) or a mapping (as ``**kwargs``). ``params``: None for all trainable parameters, a name or glob,
    or several. ``tol``, ``certified_upper``: as in :func:`top_singular_value_of`.
    **Returns**, **Accuracy**, **Raises.** As there; :class:`~specbound.core.errors.InvalidInput`, naming the module at
    fault, for a model, loss or data that has no Hessian.

    >>> model = nn.Linear(2, 1, bias=False).double()
    >>> inputs, targets = torch.eye(2, dtype=torch.float64), torch.zeros(2, 1, dtype=torch.float64)
    >>> found = top_singular_value(model, nn.functional.mse_loss, (inputs, targets))
    >>> abs(found.value - 1) < 1e-12 and found.lower <= 1
    True
    """
    return top_singular_value_of(hessian(model, loss, data, params), tol, certified_upper)


def top_singular_value_of(
    operator: Operator,
    tol: float = 1e-6,
    certified_upper: bool = False,
    seed: int = 0,
    max_products: int = MAX_PRODUCTS,
) -> TopSingularValue:
    """``σ₁`` of any operator: Lanczos where it is symmetric, Golub–Kahan bidiagonalisation where it is not.

    **Parameters.** ``tol``: relative accuracy of the value, in (0, 1), dimensionless; below
    :func:`~specbound.numeric.rounding.product_tolerance` (32 u: 1.9e-6 in float32) that takes its place. ``seed``: of
    the start vector. ``max_products``: end there without convergence.
    **Returns.** The value with its residual, the products taken, a lower bound and, where asked for, an upper one.
    **Accuracy.** The value is an estimate from below. Its error is taken to be ``min(r, r²/δ)``, ``r`` the residual and
    ``δ`` the distance to the nearest other Ritz value less that one's residual: rigorous for the distance to *some*
    singular value, and an estimate for the distance to the largest, which a start vector orthogonal to its singular
    vector would miss; a random one is so with probability 0, up to rounding. A bound that needs no such trust is
    ``certified_upper``: from the dense matrix, rigorous up to the rounding of its columns.
    **Raises.** :class:`~specbound.curvature.convergence.NotConverged` rather than return a value that did not reach
    ``tol``; :class:`~specbound.numeric.ops.NotAvailable` for a certified upper bound of a matrix too large to form.
    **Source.** Parlett, *The Symmetric Eigenvalue Problem*, 1980, ch. 10–13; Golub and Kahan, SIAM J. Numer. Anal. 2,
    1965.
    """
    if not 0 < tol < 1:
        raise InvalidInput(f"tol is {tol}; a relative accuracy between 0 and 1 is required")
    if max_products < 1:
        raise InvalidInput(f"max_products is {max_products}; at least 1 is required")
    if 0 in operator.shape:
        raise InvalidInput(f"an operator of shape {operator.shape} has no singular values")
    if certified_upper and operator.shape[0] * operator.shape[1] > DENSE_ENTRIES:
        raise NotAvailable(
            f"a certified upper bound needs the dense matrix; {operator.shape[0]:,} × {operator.shape[1]:,} is above "
            f"{DENSE_ENTRIES:,} entries: choose fewer parameters, or do without certified_upper"
        )
    found = _search(operator, max(tol, product_tolerance(operator.dtype)), seed, max_products)
    return replace(found, upper=_upper(operator)) if certified_upper else found


def _search(operator: Operator, tol: float, seed: int, max_products: int) -> TopSingularValue:
    rows, columns = operator.shape
    if columns > rows:
        found = _search(operator.T, tol, seed, max_products)
        return replace(found, left=found.right, right=found.left)
    before = operator.products
    search = largest_eigenvector if operator.symmetric else largest_singular_vector
    # Half the tolerance in the search leaves room for the rounding of the residual that is measured afterwards.
    ritz = search(operator, tol / 2, seed, max_products)
    rounded = ritz.vector.to(operator.dtype)
    # In float64: norms and inner products of long float32 vectors, summed in float32, are good to 1e-3 only.
    size = torch.linalg.vector_norm(rounded.double())
    right = rounded.double() / size
    image = (operator @ rounded).double() / size
    value = float(torch.linalg.vector_norm(image))
    if value == 0 and bool(image.any()):
        raise InvalidInput("the operator's entries are so small that their squares vanish; scale the loss up")
    left = image / value if value > 0 else image
    if operator.symmetric:
        rest = image - torch.dot(image, right) * right
    else:
        rest = (operator.T @ left.to(operator.dtype)).double() - value * right
    residual = float(torch.linalg.vector_norm(rest))
    if ritz.asymmetry > unit_roundoff(operator.dtype) ** 0.5 * value:
        raise InvalidInput(
            f"the operator is not symmetric: products that should agree differ by {ritz.asymmetry / value:.1g} of its "
            "norm. Either it is zero up to rounding, as in a bias before batch normalisation, or an operation of "
            "the model or the loss has a wrong double backward, which finite differences of the gradient will find"
        )
    products = operator.products - before
    if not ritz.settled(tol / 2) and products >= max_products:
        raise NotConverged(f"not settled to {tol:.1g} (allow more products, or raise tol)", value, residual, products)
    if ritz.errors(residual)[0] > tol * value:
        reason = f"rounding in {operator.dtype} hides the value to {tol:.1g} (use float64, or raise tol)"
        raise NotConverged(reason, value, residual, products)
    lower = value * (1 - product_tolerance(operator.dtype))
    return TopSingularValue(value, residual, products, lower, None, left.to(operator.dtype), rounded)


def _upper(operator: Operator) -> float:
    """From the dense matrix: with each column within ``32 u σ₁``, the matrix is within ``√n`` times that."""
    bound = spectral_norm_enclosure(operator.dense()).upper
    allowance = product_tolerance(operator.dtype) * min(operator.shape) ** 0.5
    return bound / (1 - allowance)
