"""``gᵀEg ≤ ‖g‖²``: twice the difference is ``‖g − Eg‖² + ‖g‖² − ‖Eg‖²``."""

import sympy

from proofs.deforming import contracting
from specbound.checks.symbolic import Derivation


def derive(d: Derivation) -> None:
    x = d.instance
    contracting(d, x.E)
    d.conclude({d.square(d.norm(x.g - x.E * x.g)): x.L * x.eta**2 / sympy.Integer(4)})
