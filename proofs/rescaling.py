"""What derivations on rescalings share: a matrix that its inverse undoes, through what it commutes with."""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.rescalings import inverse_of


def undone(d: Derivation, name: str, through: str | None = None) -> None:
    """``A⁻¹ A = I``, and ``M A = A M`` where something lies between."""
    x = d.instance
    matrix, inverse = x.values[name], inverse_of(x, name)
    d.assume("nonsingular", (inverse * matrix, sympy.Identity(matrix.shape[0])))
    if through is not None:
        d.assume("commutes", (x.values[through] * matrix, matrix * x.values[through]))
