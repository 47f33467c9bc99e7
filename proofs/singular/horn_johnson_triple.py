"""``σ₁(ABC) ≥ σ_n(A) σ₁(B) σ_p(C)``: a factor without kernel shortens no vector by more than its smallest value."""

from collections.abc import Mapping
from typing import Any

from proofs.decompositions import at_least_everywhere
from proofs.peeling import peel
from specbound.checks.symbolic import Derivation, Fact


def derive(d: Derivation) -> None:
    d.conclude(adding_up(d))


def adding_up(d: Derivation) -> Mapping[Fact, Any]:
    """The facts, with multipliers, that add up to the claim."""
    x = d.instance
    a, c = x.ops.svd(x.A), x.ops.svd(x.C)
    columns, rows = x.A.shape[1], x.C.shape[0]
    s_a, s_c, span_a, span_c = a.value(columns - 1), c.value(rows - 1), a.right(columns), c.left(rows)
    d.vacuous("A has more columns than rows: σ_n(A) = 0", vanishing=s_a)
    d.vacuous("C has more rows than columns: σ_p(C) = 0", vanishing=s_c)
    p = peel(d)
    at_a = d.root("‖A u₁(BC)‖ ≥ σ_n(A)", p.past_a, s_a, using=at_least_everywhere(x.A.T * x.A, span_a, s_a))
    at_c = d.root("‖Cᵀ v₁(B)‖ ≥ σ_p(C)", p.past_c, s_c, using=at_least_everywhere(x.C * x.C.T, span_c, s_c))
    return {p.outer: 1, at_a: p.s_bc, p.inner: s_a, at_c: s_a * p.s_b}
