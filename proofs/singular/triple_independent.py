"""The reading is false: at A = [1 1], B = diag(2, 1), C = [1 −1]ᵀ, r1 = r2 = 1 it says 1 ≥ 2; no angle is a choice."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    d.refute(d.statement.refuted_by[0])
