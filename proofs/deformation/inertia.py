"""``λ_i(DᵀMD) λ_i(M) ≥ σ_min(D)² λ_i(M)²``: cited."""

from specbound.checks.symbolic import Derivation
from specbound.statements.deformation.inertia import hessian


def derive(d: Derivation) -> None:
    x = d.instance
    m = hessian(x)
    before, after = x.ops.eigenvalue(m, x.i - 1), x.ops.eigenvalue(x.ops.compression(m, x.D, x.D), x.i - 1)
    smallest = x.ops.singular_value(x.D, x.D.shape[1] - 1)
    fact = d.cite(
        "Ostrowski's theorem",
        "Horn & Johnson, Matrix Analysis, 2nd ed. 2013, Theorem 4.5.9: λ_i(DᵀMD) = θ λ_i(M) for some θ ≥ σ_min(D)²",
        after * before - smallest**2 * before**2,
    )
    d.conclude({fact: 1})
