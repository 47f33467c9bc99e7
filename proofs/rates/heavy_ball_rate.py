"""``(2ρ − ‖A‖) r_t ≤ 2ρQ_t = 2ρβ^t Q_0 ≤ β^t (2ρ + ‖A‖) r_0`` with ``r_t = ‖x_{t+1}‖² + β ‖x_t‖²``.

``2ρ |x_{t+1}ᵀAx_t| ≤ ‖A‖ 2ρ ‖x_{t+1}‖ ‖x_t‖ ≤ ‖A‖ r_t``, and ``Q_{t+1} = βQ_t`` once both are written in x_0 and x_1.
"""

from specbound.checks.symbolic import Derivation
from specbound.statements.rates.heavy_ball_rate import STEPS, path, twofold


def derive(d: Derivation) -> None:
    x = d.instance
    matrix = twofold(x)
    norm, shrunk = x.ops.singular_value(matrix, 0), x.rho ** (2 * STEPS)
    *_, late, last = path(x, matrix)
    end = d.square(d.norm(last) - x.rho * d.norm(late))
    start = d.square(d.norm(x.x1) - x.rho * d.norm(x.x0))
    d.conclude(
        {
            d.spectral_norm(matrix, right=late, left=last): 2 * x.rho,
            end: norm,
            d.spectral_norm(matrix, right=x.x0, left=-x.x1): 2 * x.rho * shrunk,
            start: norm * shrunk,
        }
    )
