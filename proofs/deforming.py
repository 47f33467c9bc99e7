"""What derivations on deformations declare: columns that are orthonormal."""

from __future__ import annotations

from typing import Any

import sympy

Relations = list[tuple[Any, Any]]


def columns(*matrices: Any) -> Relations:
    """``UᵀU = I`` for each of them."""
    return [(matrix.T * matrix, sympy.Identity(matrix.shape[1])) for matrix in matrices]
