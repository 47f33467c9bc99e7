"""``2 Σ σ_i(C W̃) ≤ 2 ‖C‖_F ‖W̃‖_F ≤ ‖C‖_F² + ‖W̃‖_F²``."""

from specbound.checks.symbolic import Derivation
from specbound.statements.limits.attack_balance import nuclear_norm


def derive(d: Derivation) -> None:
    x = d.instance
    of_c, of_w = (x.ops.frobenius_norm(matrix) for matrix in (x.C, x.W))
    apart = d.square(of_c - of_w)
    holder = d.cite(
        "Hölder's inequality for singular values",
        "Bhatia, Matrix Analysis, 1997, Corollary IV.2.6",
        of_c * of_w - nuclear_norm(x),
    )
    d.conclude({holder: 2, apart: 1})
