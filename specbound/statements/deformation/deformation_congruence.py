r"""A spectral deformation with its compensator is a linear change of variable: the Hessians are congruent.

**Claim.** Let L(W', C', …) be the loss of a model with an identity layer inserted behind a weight W, at W' = W, C' = I,
and let T = I + (α − 1) U Uᵀ. The locked model has W̃ = T W and C = T⁻¹ in their places. For all α > 0 and all directions
v = (P, R, …), w: ∂²L_locked[v, w] = ∂²L_inserted[Dv, Dw] with D(P, R, …) = (T⁻¹P, R T, …). Hence
H_locked = Dᵀ H_inserted D, D = blockdiag(T⁻¹ ⊗ I, I ⊗ T, I): for every architecture, loss, and choice of the other
parameters, which enter through the input h of the layer, the loss behind it, and whatever they do beside it.

**Assumes.** Orthonormal columns of U (`orthonormal_columns`; mutant `any_columns`), so that T⁻¹ = I + (1/α − 1) U Uᵀ.
W is used at one site, or at several with one compensator behind each use, and a bias is added behind C: in front of
it the compensator would act on the bias too (mutant `bias_in_front`).

**Tight when** always: it is an equality.

**Not claimed.** That any σ or eigenvalue agrees: those of congruent matrices do not, and that is the lock. The sum over
samples and tokens is one of such terms, and is congruent with the same D.

**Degenerate cases.** α = 1 gives D = I; k = d makes T = α I, a mere rescaling.

**Source.** Ours; derivation in proofs/deformation/deformation_congruence.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import (
    ANY_FACTOR,
    PAIR,
    Direction,
    orthonormal,
    scaling,
    second_derivative,
    sizes_of_pair,
)
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(PAIR, numbers={"alpha": ANY_FACTOR})


def lhs(x: Instance) -> Scalar:
    """The locked model at (T W, T⁻¹) along (P, R) and (P2, R2)."""
    t, inverse = scaling(x.ops, x.U, x.alpha), scaling(x.ops, x.U, 1 / x.alpha)
    return second_derivative(x, inverse, x.ops.product(t, x.W), ((x.P, x.R), (x.P2, x.R2)))


def rhs(x: Instance) -> Scalar:
    """The identity-inserted model at (W, I) along the mapped directions."""
    return _mapped(x, x.alpha)


def swapped(x: Instance) -> Scalar:
    return _mapped(x, 1 / x.alpha)


def _mapped(x: Instance, factor: Scalar) -> Scalar:
    ops = x.ops
    t, inverse = scaling(ops, x.U, factor), scaling(ops, x.U, 1 / factor)

    def mapped(p: Array, r: Array) -> Direction:
        return ops.product(inverse, p), ops.product(r, t)

    return second_derivative(x, ops.identity(x.W), x.W, (mapped(x.P, x.R), mapped(x.P2, x.R2)))


def with_bias_in_front(x: Instance) -> Scalar:
    """The locked model with a bias, of value ``a``, added between W̃ and C."""
    t, inverse = scaling(x.ops, x.U, x.alpha), scaling(x.ops, x.U, 1 / x.alpha)
    return second_derivative(x, inverse, x.ops.product(t, x.W), ((x.P, x.R), (x.P2, x.R2)), bias=x.a)


def scale(x: Instance) -> Scalar:
    return (x.alpha + 1 / x.alpha) ** 2 * sizes_of_pair(x)


statement = Statement(
    id="deformation_congruence",
    area="deformation",
    claim=r"\forall \alpha > 0,\ U^\top U = I,\ T = I + (\alpha - 1) U U^\top,\ v, w:\ "
    r"\partial^2 L_{\text{locked}}(TW, T^{-1})[v, w] = \partial^2 L_{\text{inserted}}(W, I)[Dv, Dw],\ "
    r"D = \operatorname{blockdiag}(T^{-1} \otimes I,\ I \otimes T,\ I)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/deformation_congruence.py"),
    assumptions=(orthonormal("U"),),
    mutants=(
        Mutant("any_columns", "U with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant("swapped", "T and its inverse exchanged in D", {"rhs": swapped}),
        Mutant("bias_in_front", "a bias in front of the compensator", {"lhs": with_bias_in_front}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("U",)),),
)
