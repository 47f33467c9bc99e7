"""``‖C‖_F²`` and ``‖W̃‖_F²`` lose ``‖Cᵀu_i‖²`` and ``‖W̃v_i‖²`` with each singular pair (u_i, v_i) of the product.

And ``‖Cᵀu‖² + ‖W̃v‖² − 2 uᵀC W̃ v = ‖Cᵀu − W̃v‖²``, where ``uᵀC W̃ v = σ_i``.
"""

from typing import Any

import sympy

from proofs.decompositions import top_pair
from specbound.checks.symbolic import Derivation, Fact


def derive(d: Derivation) -> None:
    x = d.instance
    spectrum = x.ops.svd(x.ops.product(x.C, x.W))

    def left_of(matrix: Any, k: Any) -> Any:
        """What is left of C or W̃ once its part along the first k singular pairs is taken out."""
        return matrix if k == 0 else sympy.MatrixSymbol(f"{matrix.name}_{{{sympy.latex(k)}}}", *matrix.shape)

    def potential(k: Any) -> Any:
        return sum(x.ops.frobenius_norm(left_of(matrix, k)) ** 2 for matrix in (x.C, x.W))

    def step(k: Any) -> Fact:
        (d_out, inner), (_, d_in) = x.C.shape, x.W.shape
        u, v = sympy.MatrixSymbol("u", d_out, 1), sympy.MatrixSymbol("v", d_in, 1)
        d.given("a singular pair of the product", *top_pair(x.C * x.W, u, v, spectrum.value(k)))
        (c, c_after), (w, w_after) = ((left_of(matrix, k), left_of(matrix, k + 1)) for matrix in (x.C, x.W))
        d.given(
            "what is left, orthogonal to the pair",
            (c, c_after + u * u.T * x.C),
            (w, w_after + x.W * v * v.T),
            (u.T * c_after, sympy.ZeroMatrix(1, inner)),
            (w_after * v, sympy.ZeroMatrix(inner, 1)),
        )
        lost = [_pythagoras(d, c, c_after, x.C.T * u), _pythagoras(d, w, w_after, x.W * v)]
        apart = d.square(d.norm(x.C.T * u - x.W * v))
        goal = potential(k) - potential(k + 1) - 2 * spectrum.value(k)
        return d.combine("at least 2 σ_i is lost", goal, {**dict.fromkeys(lost, 1), apart: 1})

    d.conclude({d.summed("over all pairs", potential, spectrum.count, step, spectrum.value, -2): 1})


def _pythagoras(d: Derivation, before: Any, after: Any, part: Any) -> Fact:
    """``‖before‖_F² ≥ ‖after‖_F² + ‖part‖²``: what is taken out has the norm of ``part``, its only column or row."""
    norm = d.instance.ops.frobenius_norm
    claim = norm(before) ** 2 - norm(after) ** 2 - d.norm(part) ** 2
    return d.cite("the theorem of Pythagoras", "Horn & Johnson, Matrix Analysis, 2nd ed. 2013, 0.6", claim)
