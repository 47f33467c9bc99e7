"""``(L + μ) ‖I − ηH‖ ≥ L (1 − ημ) − μ (1 − ηL)``: unit eigenvectors for μ and for L, on which I − ηH is a number."""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.rates.gd_optimal_step import largest, smallest, step


def derive(d: Derivation) -> None:
    x = d.instance
    n = x.J.shape[1]
    v, w = (sympy.MatrixSymbol(name, n, 1) for name in "vw")
    d.given("an eigenvector of JᵀJ for its largest eigenvalue", (x.J.T * x.J * v, largest(x) * v), (v.T * v, 1))
    d.given("an eigenvector of JᵀJ for its smallest eigenvalue", (x.J.T * x.J * w, smallest(x) * w), (w.T * w, 1))
    curved = d.spectral_norm(step(x), right=v, left=-v)
    flat = d.spectral_norm(step(x), right=w, left=w)
    d.conclude({curved: smallest(x), flat: largest(x)})
