r"""The gradient in a compensator is α times what it was along the inflated directions, and as it was elsewhere.

**Claim.** Let L_locked have W̃ = T W, C = T⁻¹ and L_inserted W' = W, C' = I, with T = I + (α − 1) U Uᵀ. For all α > 0,
all P, X and Y: ∂L_locked[(P, X Uᵀ + Y (I − U Uᵀ))] =
∂L_inserted[(T⁻¹P, 0)] + α ∂L_inserted[(0, X Uᵀ)] + ∂L_inserted[(0, Y (I − U Uᵀ))]. So ∇_C L · U is exactly α times its
value in the identity-inserted model, the rest of ∇_C L is unchanged, and ∇_W̃ L = T⁻¹ ∇_{W'} L.

**Assumes.** Orthonormal columns of U (`orthonormal_columns`; mutant `any_columns`).

**Tight when** always: it is an equality.

**Not claimed.** That a larger gradient makes for faster training: see `clipping_law_rest`.

**Degenerate cases.** g = 0 gives 0 = 0.

**Source.** Ours; derivation in proofs/deformation/gradient_law.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import ANY_FACTOR, orthonormal, scaling
from specbound.statements.jets import Jet, derivative, product
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(
    {
        "W": ("d", "n"),
        "U": ("d", "k"),
        "P": ("d", "n"),
        "X": ("d", "k"),
        "Y": ("d", "d"),
        "h": ("n", "1"),
        "g": ("d", "1"),
    },
    numbers={"alpha": ANY_FACTOR},
)


def slope(x: Instance, outer: Array, inner: Array, of_outer: Array, of_inner: Array) -> Scalar:
    """``∂/∂s`` of the loss behind ``(outer + s · of_outer)(inner + s · of_inner) h``."""
    ops = x.ops
    return derivative(product(Jet(ops, outer, of_outer), Jet(ops, inner, of_inner), Jet(ops, x.h)), x.g)


def inflated(x: Instance) -> Array:
    """``X Uᵀ``."""
    return x.ops.product(x.X, x.ops.transpose(x.U))


def beside(x: Instance) -> Array:
    """``Y (I − U Uᵀ)``."""
    return x.ops.product(x.Y, scaling(x.ops, x.U, 0))


def lhs(x: Instance) -> Scalar:
    ops = x.ops
    t, inverse = scaling(ops, x.U, x.alpha), scaling(ops, x.U, 1 / x.alpha)
    return slope(x, inverse, ops.product(t, x.W), ops.sum(inflated(x), beside(x)), x.P)


def rhs(x: Instance) -> Scalar:
    return _combined(x, x.alpha)


def _combined(x: Instance, factor: Scalar) -> Scalar:
    ops, identity = x.ops, x.ops.identity(x.W)
    nothing_in, nothing_out = ops.difference(x.W, x.W), ops.difference(identity, identity)
    of_weight = slope(x, identity, x.W, nothing_out, ops.product(scaling(ops, x.U, 1 / x.alpha), x.P))
    of_inflated = slope(x, identity, x.W, inflated(x), nothing_in)
    return of_weight + factor * of_inflated + slope(x, identity, x.W, beside(x), nothing_in)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    span = norm(x.U) ** 2
    of_c = (norm(x.X) * norm(x.U) + norm(x.Y) * (1 + span)) * norm(x.W) * (1 + x.alpha * span)
    return (of_c + norm(x.P) * (1 + (1 + 1 / x.alpha) * span)) * norm(x.h) * norm(x.g)


statement = Statement(
    id="gradient_law",
    area="deformation",
    claim=r"\forall \alpha > 0,\ U^\top U = I,\ Q = I - U U^\top,\ T = I + (\alpha - 1) U U^\top,\ P, X, Y:\ "
    r"\partial L_{\text{locked}}[(P, X U^\top + Y Q)] = \partial L_{\text{inserted}}[(T^{-1} P, 0)] + "
    r"\alpha\, \partial L_{\text{inserted}}[(0, X U^\top)] + \partial L_{\text{inserted}}[(0, Y Q)]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/gradient_law.py"),
    assumptions=(orthonormal("U"),),
    mutants=(
        Mutant("any_columns", "U with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant("quadratic", r"$\alpha^2$ in place of $\alpha$", {"rhs": lambda x: _combined(x, x.alpha**2)}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("U",)),),
)
