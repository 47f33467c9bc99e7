"""``sᵀEs ≤ ‖s‖²``: twice the difference is ``‖s − Es‖² + ‖s‖² − ‖Es‖²``."""

import sympy

from proofs.deforming import contracting
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    contracting(d, x.E)
    d.conclude({d.square(d.norm(x.s - x.E * x.s)): x.L / sympy.Integer(4)})
