"""``σ₁((a ⊗ I) B (I ⊗ xᵀ)) = ‖a‖ σ₁(B) ‖x‖``: the outer factors are multiples of an isometry and a coisometry."""

import sympy

from specbound.checks.symbolic import Derivation, Fact
from specbound.statements.curvature.abc_linear import outer_factors


def derive(d: Derivation) -> None:
    x = d.instance
    first, last = outer_factors(x)
    whole = x.ops.product(first, x.B, last)
    a, b = x.ops.frobenius_norm(x.a), x.ops.frobenius_norm(x.x)
    s_b = x.ops.singular_value(x.B, 0)
    d.given("norms of columns", (x.a.T * x.a, a**2), (x.x.T * x.x, b**2))
    d.mixed_product(first.T, first)
    d.mixed_product(last, last.T)

    # At least: where B attains its norm, (a ⊗ I) p and (I ⊗ x) q are of length ‖a‖ and ‖x‖.
    p, q = _column("p", x.B.shape[0]), _column("q", x.B.shape[1])
    on_b = d.attained(x.B, right=q, left=p)
    carried = d.spectral_norm(whole, right=last.T * q, left=first * p)
    reaches = d.combine(
        "‖a‖ ‖x‖ σ₁(ABC) ≥ ‖a‖² ‖x‖² σ₁(B)",
        a * b * (x.ops.singular_value(whole, 0) - a * b * s_b),
        {carried: 1, on_b: a**2 * b**2},
    )
    at_least = d.cancel("σ₁(ABC) ≥ ‖a‖ ‖x‖ σ₁(B)", x.ops.singular_value(whole, 0) - a * b * s_b, a * b, reaches)

    # At most: where the block attains its norm.
    u, v = _column("u", first.shape[0]), _column("v", last.shape[1])
    on_block = d.attained(whole, right=v, left=u)
    through_b = d.spectral_norm(x.B, right=last * v, left=first.T * u)
    of_u, of_v = _no_longer(d, first.T, u, a), _no_longer(d, last, v, b)
    at_most = {on_block: 1, through_b: 1, of_u: s_b * b, of_v: s_b * d.norm(first.T * u)}
    d.conclude_equal({at_least: 1}, at_most)


def _no_longer(d: Derivation, factor, vector, bound) -> Fact:
    """``‖K w‖ ≤ bound`` for a unit w where ``K Kᵀ = bound² I``, from ``‖Kᵀ K w − ‖K w‖² w‖² ≥ 0``."""
    image = factor * vector
    length = d.norm(image)
    difference = d.norm(factor.T * image - d.scalar(image.T * image) * vector)
    name = rf"‖K {vector.name}‖"
    whole = d.combine(f"{name}² (bound² − {name}²) ≥ 0", length**2 * (bound**2 - length**2), {d.square(difference): 1})
    half = d.cancel(f"{name} (bound² − {name}²) ≥ 0", length * (bound**2 - length**2), length, whole)
    squares = d.cancel(f"bound² ≥ {name}²", bound**2 - length**2, length, half)
    return d.root(f"bound ≥ {name}", bound, length, facts={squares: 1})


def _column(name: str, size) -> sympy.MatrixSymbol:
    return sympy.MatrixSymbol(name, size, 1)
