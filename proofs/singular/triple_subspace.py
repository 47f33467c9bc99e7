"""``σ₁(ABC) ≥ σ_{r1}(A) σ_{r2}(C) (‖VᵀB_kU‖ − σ_{k+1}(B))``: compress, then take off what B has beyond its top k."""

from collections.abc import Mapping
from typing import Any

import sympy

from proofs.compressing import compress
from proofs.decompositions import top_pair
from specbound.checks.symbolic import Derivation, Fact


def derive(d: Derivation) -> None:
    d.conclude(adding_up(d))


def adding_up(d: Derivation) -> Mapping[Fact, Any]:
    """The facts, with multipliers, that add up to the claim."""
    x = d.instance
    b = x.ops.svd(x.B)
    top, beyond = b.truncated(x.k), b.value(x.k)
    found = compress(d)
    through = x.ops.compression(top, found.span_a, found.span_c)
    pair = x.ops.svd(through)
    w, y, s_through = pair.left(1), pair.right(1), pair.value(0)
    d.given("V and U have orthonormal columns", *(_orthonormal(span) for span in (found.span_a, found.span_c)))
    d.given("top singular pair of VᵀB_kU", *top_pair(through, w, y, s_through))

    rest = sympy.MatrixSymbol("R", *x.B.shape)
    d.spectral_norm_is(rest, beyond)
    inside = d.spectral_norm(found.core, right=y, left=w)
    outside = d.spectral_norm(rest, right=found.span_c * y, left=-found.span_a * w)
    middle = d.combine(
        "σ₁(VᵀBU) ≥ ‖VᵀB_kU‖ − σ_{k+1}(B), by B = B_k + R",
        found.s_core - s_through + beyond,
        {inside: 1, outside: 1},
        using=[(x.B, top + rest)],
    )
    return {**found.facts, middle: found.outer}


def _orthonormal(span):
    return span.T * span, sympy.Identity(span.shape[1])
