"""``λ_i(DᵀMD) λ_i(M) ≥ σ_min(D)² λ_i(M)²``: for either sign of λ_i(M) a unit vector in two spans of eigenvectors."""

import sympy

from proofs.decompositions import at_least_everywhere, eigenvectors
from specbound.checks.symbolic import Derivation
from specbound.statements.deformation.inertia import hessian


def derive(d: Derivation) -> None:
    x = d.instance
    n, i = x.D.shape[1], x.i
    m = hessian(x)
    locked = x.ops.compression(m, x.D, x.D)
    before, after = x.ops.eigenvalue(m, i - 1), x.ops.eigenvalue(locked, i - 1)
    smallest = x.ops.singular_value(x.D, n - 1)
    everything = at_least_everywhere(x.D.T * x.D, sympy.MatrixSymbol("V(D)", n, n), smallest)

    found = []
    for name, sign, of_m, of_locked in (("y", 1, n - i, i - 1), ("z", -1, i - 1, n - i)):
        e = sympy.MatrixSymbol(name, n, 1)
        by_m, within_m = eigenvectors(x.S, x.D * e, before, of_m, sign)
        by_locked, within_locked = eigenvectors(x.D.T * x.S * x.D, e, after, of_locked, -sign)
        d.common_vector(e, within_m, within_locked)
        form, length = d.scalar(e.T * locked * e), d.norm(x.D * e)
        first = d.combine("λ_i(DᵀMD) against yᵀDᵀMDy", sign * (after - form), {}, using=by_locked)
        second = d.combine("yᵀDᵀMDy against λ_i(M) ‖Dy‖²", sign * (form - before * length**2), {}, using=by_m)
        long = d.root("‖Dy‖ ≥ σ_min(D)", length, smallest, using=everything)
        found.append((first, second, long, length))

    facts = {}
    for part, (first, second, long, length) in zip(d.parts("w", before, solved_for=before), found, strict=True):
        facts |= {first: part, second: part, long: part**2 * (length + smallest)}
    d.conclude(facts)
