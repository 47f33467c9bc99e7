r"""A low-rank adapter on the compensator, the pair frozen, meets the lock wherever it reads an inflated direction.

**Claim.** Let T = I + (α − 1) U Uᵀ, W̃ = T W, C = T⁻¹, and z = (C + B A) W̃ h, with C and W̃ held. For all α > 0, all B
(d×r) and A (r×d), all directions (R, X, …) and (R2, X2, …) of B, A and whatever else moves:
∂²L_attacked(B, A)[(R, X, …), (R2, X2, …)] = ∂²L_inserted(B, A T)[(R, X T, …), (R2, X2 T, …)], L_inserted having the
adapter beside an identity behind W: z = (I + B A T) W h.

So along B the curvature is that of an adapter with A T = A + (α − 1) A U Uᵀ in place of A: a polynomial in α whose α²
has the factor Σ_{s,t} ∇²_{z_s z_t}L ⊗ (A U UᵀW h_s)(A U UᵀW h_t)ᵀ, K of `quadratic_law` seen through A U. Without it
nothing grows as fast: A U = 0 takes the lock away, as long as A stays there.

**Assumes.** Orthonormal columns of U (`orthonormal_columns`; mutant `any_columns`). T acts on A and on its directions
(mutant `same_adapter`).

**Tight when** always: it is an equality.

**Not claimed.** That A U ≠ 0 is enough for growth like α²: K has to be seen through A U. That A U = 0 is kept: along X
the curvature grows like α² wherever B sees K, and a step of gradient descent moves A U by α times what it would.

**Degenerate cases.** α = 1 is no lock. At B = 0 nothing grows along X, since A does not act yet.

**Source.** Ours; derivation in proofs/limits/attack_lora_on_compensator.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import (
    ANY_FACTOR,
    REST,
    behind,
    inputs,
    orthonormal,
    scaling,
    size_behind,
    sizes,
)
from specbound.statements.jets import Jet, product
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(
    {
        "W": ("d", "n"),
        "U": ("d", "k"),
        "B": ("d", "r"),
        "R": ("d", "r"),
        "R2": ("d", "r"),
        "A": ("r", "d"),
        "X": ("r", "d"),
        "X2": ("r", "d"),
        **REST,
    },
    numbers={"alpha": ANY_FACTOR},
)


def adapted(x: Instance, compensator: Array, weight: Array, a: Array, a_s: Array, a_t: Array) -> Scalar:
    """``∂²/∂s∂t`` of the loss behind ``(C + B A) W̃ h``."""
    ops = x.ops
    adapter = product(Jet(ops, x.B, x.R, x.R2), Jet(ops, a, a_s, a_t))
    return behind(x, product(Jet(ops, compensator) + adapter, Jet(ops, weight), inputs(x)))


def lhs(x: Instance) -> Scalar:
    t, inverse = scaling(x.ops, x.U, x.alpha), scaling(x.ops, x.U, 1 / x.alpha)
    return adapted(x, inverse, x.ops.product(t, x.W), x.A, x.X, x.X2)


def rhs(x: Instance) -> Scalar:
    ops, t = x.ops, scaling(x.ops, x.U, x.alpha)
    return adapted(x, ops.identity(x.W), x.W, *(ops.product(part, t) for part in (x.A, x.X, x.X2)))


def same_adapter(x: Instance) -> Scalar:
    return adapted(x, x.ops.identity(x.W), x.W, x.A, x.X, x.X2)


def scale(x: Instance) -> Scalar:
    span = x.ops.frobenius_norm(x.U) ** 2
    t, inverse = (1 + (1 + factor) * span for factor in (x.alpha, 1 / x.alpha))
    adapter = sizes(x, x.B, x.R, x.R2) * sizes(x, x.A, x.X, x.X2)
    return size_behind(x, (1 + inverse + adapter) * t * sizes(x, x.W))


statement = Statement(
    id="attack_lora_on_compensator",
    area="limits",
    claim=r"\forall \alpha > 0,\ U^\top U = I,\ T = I + (\alpha - 1) U U^\top,\ B, A:\ "
    r"z = (T^{-1} + B A)\, T W h \ \Rightarrow\ "
    r"\partial^2 L_{\text{attacked}}(B, A)[(R, X, \ldots), (R_2, X_2, \ldots)] = "
    r"\partial^2 L(z = (I + B A')\, W h)[(R, X T, \ldots), (R_2, X_2 T, \ldots)],\ A' = A T",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/attack_lora_on_compensator.py"),
    assumptions=(orthonormal("U"),),
    mutants=(
        Mutant("any_columns", "U with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=2),)}),
        Mutant("same_adapter", "A, X and X2 in place of AT, XT and X2 T", {"rhs": same_adapter}),
    ),
    recipes=(by_spectrum(DOMAIN, size=2, orthonormal=("U",)),),
)
