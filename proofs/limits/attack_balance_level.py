"""``wᵀ M w ≤ ‖M‖ ‖w‖²`` for ``w = Av + Br``, and ``‖w‖² ≤ (‖A‖ ‖v‖ + ‖B‖ ‖r‖)² ≤ (‖A‖² + ‖B‖²)(‖v‖² + ‖r‖²)``.

And ``2 vᵀ N r ≤ 2 ‖N‖ ‖v‖ ‖r‖ ≤ ‖N‖ (‖v‖² + ‖r‖²)``.
"""

from specbound.checks.symbolic import Derivation
from specbound.statements.limits.attack_balance_level import image, top


def derive(d: Derivation) -> None:
    x = d.instance
    moved = image(x)
    for column in (x.v, x.r):
        d.column_norm(column)
    reached, v, r = (d.norm(column) for column in (moved, x.v, x.r))
    a, b, m, n = (top(x, matrix) for matrix in (x.A, x.B, x.M, x.N))

    parts = [d.spectral_norm(matrix, right=column, left=moved) for matrix, column in ((x.A, x.v), (x.B, x.r))]
    goal = a * v + b * r - reached
    product = d.combine("along the image", reached * goal, dict.fromkeys(parts, 1))
    shorter = d.cancel("‖Av + Br‖ ≤ ‖A‖ ‖v‖ + ‖B‖ ‖r‖", goal, reached, product)
    merged = d.spectral_norm(x.M, right=moved, left=moved)
    of_gradient = d.spectral_norm(x.N, right=x.r, left=x.v)
    d.conclude(
        {
            merged: 1,
            of_gradient: 2,
            shorter: m * (a * v + b * r + reached),
            d.square(a * r - b * v): m,
            d.square(v - r): n,
        }
    )
