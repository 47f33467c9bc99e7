"""What derivations on the best step share: the two eigenvectors that decide how good it is."""

from __future__ import annotations

from typing import Any

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.rates.gd_optimal_step import largest, smallest


def conclude_extremes(d: Derivation, matrix: Any) -> None:
    """``(L + μ) ‖aI − ηH‖ ≥ L (a − ημ) − μ (a − ηL)``, where that is the claim.

    ``matrix``: ``aI − ηH``. On unit eigenvectors of H for μ and for L it is a number.
    """
    x = d.instance
    n = x.J.shape[1]
    v, w = (sympy.MatrixSymbol(name, n, 1) for name in "vw")
    d.given("an eigenvector of JᵀJ for its largest eigenvalue", (x.J.T * x.J * v, largest(x) * v), (v.T * v, 1))
    d.given("an eigenvector of JᵀJ for its smallest eigenvalue", (x.J.T * x.J * w, smallest(x) * w), (w.T * w, 1))
    curved = d.spectral_norm(matrix, right=v, left=-v)
    flat = d.spectral_norm(matrix, right=w, left=w)
    d.conclude({curved: smallest(x), flat: largest(x)})
