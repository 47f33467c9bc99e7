"""What derivations on single steps share."""

from __future__ import annotations

from typing import Any

import sympy

from specbound.checks.symbolic import Derivation, Fact


def cauchy_schwarz(d: Derivation, left: Any, right: Any, sign: int = 1) -> Fact:
    """``‖left‖_F ‖right‖_F ≥ sign · leftᵀ right`` for two columns: the identity has a spectral norm of 1."""
    identity = sympy.Identity(left.shape[0])
    d.spectral_norm_is(identity, sympy.Integer(1))
    within = d.spectral_norm(identity, right=right, left=sign * left)
    lengths = [d.column_norm(column) for column in (left, right)]
    same = [d.root("one norm", named, d.norm(column)) for named, column in zip(lengths, (left, right), strict=True)]
    goal = lengths[0] * lengths[1] - sign * d.scalar(left.T * right)
    return d.combine("Cauchy and Schwarz", goal, {within: 1, same[0]: lengths[1], same[1]: d.norm(left)})
