"""The reading is false: at A = [1 1], B = diag(2, 1), C = [1 −1]ᵀ, r1 = r2 = 1 it says 1 ≥ 2; no angle is a choice."""

from specbound.checks.symbolic import Derivation

COUNTEREXAMPLE = {"A": [[1, 1]], "B": [[2, 0], [0, 1]], "C": [[1], [-1]], "r1": 1, "r2": 1}


def derive(d: Derivation) -> None:
    d.refute("A = [1 1], B = diag(2, 1), C = [1 −1]ᵀ", COUNTEREXAMPLE)
