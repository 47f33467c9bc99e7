"""``(L + μ)² (rᵀr)² ≥ 4Lμ eᵀHe rᵀHr``: ``a ≥ b + c`` for ``a = (L + μ) rᵀr``, ``b = rᵀHr``, ``c = Lμ eᵀHe``.

``a − b − c = eᵀH(L − H)(H − μ)e``, a product of three that commute, and ``a² − 4bc = (a − b − c)(a + b + c) + (b −
c)²``.
"""

import sympy

from specbound.checks.symbolic import Derivation
from specbound.statements.rates.steepest_descent import curved, gradient, twice_middle


def derive(d: Derivation) -> None:
    x = d.instance
    m = x.K.shape[1]
    lack = sympy.MatrixSymbol("F", m, m)
    d.assume("contraction", (x.K.T * x.K, sympy.Identity(m) - lack.T * lack))
    r, image = gradient(x), x.K * x.K.T * x.e
    a = twice_middle(x) * d.scalar(r.T * r)
    b, c = d.scalar(r.T * curved(x, r)), x.mu * (x.mu + x.gap) * d.scalar(x.e.T * r)

    def square(column):
        return d.square(d.norm(column))

    product = d.combine(
        "eᵀH(L − H)(H − μ)e ≥ 0",
        a - b - c,
        {
            square(lack * x.K.T * x.e): x.gap**2 * x.mu,
            square(image - x.K * x.K.T * image): x.gap**3,
            square(lack * x.K.T * image): x.gap**3,
        },
    )
    squares = {
        square(r): twice_middle(x) + x.mu,
        square(x.K.T * r): x.gap,
        square(x.e): x.mu**2 * (x.mu + x.gap),
        square(x.K.T * x.e): x.mu * (x.mu + x.gap) * x.gap,
    }
    positive = d.combine("a + b + c ≥ 0", a + b + c, squares)
    d.conclude({d.times(product, positive): 1, d.square(b - c): 1})
