"""Every tolerance of the project, in one place.

A float comparison of two sides that are built from products, singular values and singular vectors of matrices
carries an absolute error of order ``u · d · scale``, where ``u`` is the unit roundoff, ``d`` the sum of all matrix
dimensions and ``scale`` a bound on the size of the intermediate quantities (for a product of matrices the product of
their norms, not the possibly tiny result). The *form* is that of backward error analysis for the QR-based SVD and
for matrix products (Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., 2002, ch. 3 and 19).
The *constant* is heuristic: no published constant covers the LAPACK in use. It is held against 60-digit references in
the tests. Verdicts that need no such trust come from enclosures.
"""

from __future__ import annotations

from typing import Any

import numpy as np

CONSTANT = 8.0
"""Safety factor of :func:`tolerance`, dimensionless; chosen, then held against high-precision references."""


def unit_roundoff(dtype: Any) -> float:
    """Half the distance from 1 to the next larger number, dimensionless.

    **Parameters.** ``dtype``: a NumPy or torch floating dtype.
    **Returns.** A float: 2⁻⁵³ for float64, 2⁻²⁴ for float32.

    >>> unit_roundoff("float64") == 2.0**-53
    True
    """
    return float(np.finfo(np.dtype(str(dtype).removeprefix("torch."))).eps) / 2


def tolerance(dtype: Any, dimensions: int, scale: Any, growth: Any = 1.0) -> Any:
    """Half-width within which a float comparison is undecided: ``8 · d · (u · scale + growth · smallest)``.

    **Parameters.** ``dtype``: the floating dtype computed in. ``dimensions``: ``d``, the sum of all rows and columns.
    ``scale``: array or float, nonnegative, in the units of the compared sides. ``growth``: by how much an intermediate
    result that underflows can still be multiplied, at least 1.
    **Returns.** Like ``scale``. **Accuracy.** Heuristic constant, see the module. ``smallest`` is the smallest normal
    number, so a comparison of two zeros has a nonzero tolerance.
    **Source.** Higham (2002), ch. 3 and 19, for the form.

    >>> tolerance("float64", 4, 0.0) > 0
    True
    """
    smallest = float(np.finfo(np.dtype(str(dtype).removeprefix("torch."))).tiny)
    return CONSTANT * dimensions * (unit_roundoff(dtype) * scale + growth * smallest)


PRODUCT_CONSTANT = 32.0
"""Factor of :func:`product_tolerance`, dimensionless; chosen, then held against dense float64 references."""


def product_tolerance(dtype: Any) -> float:
    """Relative accuracy that a product of a Hessian with a vector, computed by automatic differentiation, can have.

    ``32 u`` times the operator's largest singular value: 3.6e-15 in float64, 1.9e-6 in float32, dimensionless.

    **Parameters.** ``dtype``: a NumPy or torch floating dtype.
    **Returns.** A float. **Accuracy.** Heuristic: it depends on the network, so an ill-conditioned one can do worse.

    >>> product_tolerance("float32") < 2e-6
    True
    """
    return PRODUCT_CONSTANT * unit_roundoff(dtype)
