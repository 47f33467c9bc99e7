r"""A compensator in front of the weight is a linear change of variable just as one behind it.

**Claim.** Let an identity layer be inserted in front of a weight W, z = W' C' h at W' = W, C' = I, and let
T = I + (α − 1) V Vᵀ for orthonormal columns V of input directions. The locked model has W̃ = W T and C = T⁻¹. For all
α > 0 and all directions (P, R) of (W̃, C): ∂²L_locked[(P, R), (P2, R2)] = ∂²L_inserted[D(P, R), D(P2, R2)] with
D(P, R) = (P T⁻¹, T R). Input and output change places against `deformation_congruence`, and the curvature again sits in
the compensator: α² K_b along Vᵀ C', K_b = Σ_{s,t} (Vᵀ Wᵀ ∇²_{z_s z_t}L W V) ⊗ h_s h_tᵀ.

**Assumes.** Orthonormal columns of V (`orthonormal_columns`; mutant `any_columns`).

**Tight when** always: it is an equality.

**Not claimed.** That both sides of a weight give the same curvature: K_b has inputs where K has outputs.

**Degenerate cases.** α = 1 gives D = I.

**Source.** Ours; derivation in proofs/deformation/compensator_before.py.
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

BEFORE = {
    **{name: shape for name, shape in PAIR.items() if name != "U"},
    "V": ("n", "k"),
    "R": ("n", "n"),
    "R2": ("n", "n"),
}
DOMAIN = Domain(BEFORE, numbers={"alpha": ANY_FACTOR})


def lhs(x: Instance) -> Scalar:
    """The locked model at (W T, T⁻¹); the weight is the outer map of the two."""
    t, inverse = scaling(x.ops, x.V, x.alpha), scaling(x.ops, x.V, 1 / x.alpha)
    return second_derivative(x, x.ops.product(x.W, t), inverse, ((x.R, x.P), (x.R2, x.P2)))


def rhs(x: Instance) -> Scalar:
    return _mapped(x, x.alpha)


def _mapped(x: Instance, factor: Scalar) -> Scalar:
    """The identity-inserted model along the mapped directions."""
    ops = x.ops
    t, inverse = scaling(ops, x.V, factor), scaling(ops, x.V, 1 / factor)

    def mapped(p: Array, r: Array) -> Direction:
        return ops.product(t, r), ops.product(p, inverse)

    return second_derivative(x, x.W, ops.identity(x.V), (mapped(x.P, x.R), mapped(x.P2, x.R2)))


def scale(x: Instance) -> Scalar:
    return (x.alpha + 1 / x.alpha) ** 2 * sizes_of_pair(x)


statement = Statement(
    id="compensator_before",
    area="deformation",
    claim=r"\forall \alpha > 0,\ V^\top V = I,\ T = I + (\alpha - 1) V V^\top:\ "
    r"\partial^2 L_{\text{locked}}(WT, T^{-1})[(P, R), (P_2, R_2)] = "
    r"\partial^2 L_{\text{inserted}}(W, I)[(P T^{-1}, T R), (P_2 T^{-1}, T R_2)]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/compensator_before.py"),
    assumptions=(orthonormal("V"),),
    mutants=(
        Mutant("any_columns", "V with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant("swapped", "T and its inverse exchanged in D", {"rhs": lambda x: _mapped(x, 1 / x.alpha)}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("V",)),),
)
