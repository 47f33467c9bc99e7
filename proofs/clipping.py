"""What derivations on clipped steps share: the norms that their claims speak of, and how the gradient's splits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from proofs.deforming import columns
from specbound.checks.symbolic import Derivation
from specbound.statements.clipping import inflated, locked_gradient, rest


@dataclass(frozen=True)
class Gradient:
    """``along = ‖Pᵀg‖``, ``beside = ‖Q Eᵀ Q g‖`` and ``whole = ‖Dᵀg‖``, where ``whole² = α² along² + beside²``."""

    along: Any
    beside: Any
    whole: Any


def gradient(d: Derivation) -> Gradient:
    """Declares that the columns of P are orthonormal, and the norms."""
    x = d.instance
    d.assume("orthonormal_columns", *columns(x.P))
    return Gradient(*(d.column_norm(part(x)) for part in (inflated, rest, locked_gradient)))
