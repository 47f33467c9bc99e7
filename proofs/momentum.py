"""What derivations on momentum share: the energy of the last two points is not negative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from specbound.checks.symbolic import Derivation, Fact


def conclude_energy(
    d: Derivation, points: Sequence[Any], beta: Any, step: Any, restoring: Any, factor: Any = None
) -> None:
    """The claim, once ``½ dᵀ(2(1 + β) P − step · H)d + ½ restoring · sᵀHs`` is all that the sides differ by.

    ``points``: the last two, with d for their difference and s for their sum; ``factor``: F with ``P = FᵀF``, or None
    for the identity. H is ``λ FᵀKKᵀF``, so that ``λ ‖Fd‖² − dᵀHd = λ (‖Fd − KKᵀFd‖² + ‖L KᵀFd‖²)``, ``LᵀL = I − KᵀK``.
    """
    x = d.instance
    lack = sympy.MatrixSymbol("L", x.K.shape[1], x.K.shape[1])
    d.assume("contraction", (x.K.T * x.K, sympy.Identity(x.K.shape[1]) - lack.T * lack))
    below = d.assume_at_least("below_limit", 2 * (1 + beta), step * x.lam)
    apart, together = points[1] - points[0], points[1] + points[0]
    if factor is not None:
        apart, together = factor * apart, factor * together
    half = sympy.Rational(1, 2)
    d.conclude(
        {
            d.times(below, _square(d, apart)): half,
            _square(d, apart - x.K * x.K.T * apart): step * x.lam * half,
            _square(d, lack * x.K.T * apart): step * x.lam * half,
            _square(d, x.K.T * together): restoring * x.lam * half,
        }
    )


def _square(d: Derivation, column: Any) -> Fact:
    """``‖column‖² ≥ 0``."""
    return d.square(d.norm(column))
