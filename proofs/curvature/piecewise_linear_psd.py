"""``∂²_W L[P, P] ≥ 0``: it is the square ``‖Fᵀ(A_1 P h_1 + A_2 P h_2)‖²``."""

from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    length = d.norm(x.F.T * (x.A1 * x.P * x.h1 + x.A2 * x.P * x.h2))
    d.conclude({d.square(length): 1})
