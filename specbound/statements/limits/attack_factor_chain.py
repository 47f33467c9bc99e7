r"""A chain of factors in place of a locked weight, the compensator frozen, is a linear change of the unlocked chain.

**Claim.** An attacker replaces W̃ = T W by G̃ F̃ with F̃ = S F and G̃ = T G S⁻¹, where G F = W and S = I + (β − 1) U Uᵀ
for orthonormal columns U in the space between the two: F̃ has taken β of α. T = I + (α − 1) V Vᵀ, and C = T⁻¹ is frozen.
For all α, β > 0 and all directions (P, P2) and (R, R2) of (F̃, G̃):
∂²L_chain(α)[(P, P2), (R, R2)] = ∂²L_chain(1)[D(P, P2), D(R, R2)], D(P, P2) = (S⁻¹ P, T⁻¹ P2 S).
F and G may be products themselves, of several factors and of what comes before them, and move to second order (N, N2).
So it holds place by place for any number m of factors, whatever else moves: H_chain(α) = Dᵀ H_chain(1) D with
D P_i = S_i⁻¹ P_i S_{i−1}, where S_i has β_i, what the first i factors have taken together, S_m = T, and D leaves all
other parameters. For 1 = β₀ ≤ β₁ ≤ … ≤ β_m = α the norm of D is β_{m−1}, that on the last factor. Whoever takes m-th
roots of the singular values has β_i = α^{i/m}, hence σ₁(H_chain(α)) ≤ α^{2(1 − 1/m)} σ₁(H_chain(1)): worse with more
factors. It is the even split that is to blame: a last factor that takes all of α has β_{m−1} = 1, and nothing grows.

**Assumes.** Orthonormal columns of U and V (`orthonormal_columns`; mutant `any_columns`), so that S⁻¹ is
I + (1/β − 1) U Uᵀ. That C is frozen: trained, it is inflated by T as ever (`deformation_congruence`).

**Tight when** always: it is an equality. From below see `attack_factor_chain_lower`. For m ≥ 2 even factors
D / α^{1 − 2/m} is as in `quadratic_law` with α^{1/m} in the place of α, so that `quadratic_law_upper` tells how far σ₁
is above its leading block: by a share of order α^{−2/m}, which falls slowly for many factors.

**Not claimed.** That H_chain(1) is no larger than the Hessian of the model without a lock. Merging first and factoring
then gives H_chain(1) itself.

**Degenerate cases.** β = 1: nothing is inflated. All directions inflated, V and U square: T = α I and S = β I, so that
D divides every factor by its own share; evenly split, ∂²L_chain(α) = α^{−2/m} ∂²L_chain(1) within the chain, and
σ₁(H_chain(α)) ≤ σ₁(H_chain(1)) for α ≥ 1.

**Source.** Ours; derivation in proofs/limits/attack_factor_chain.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import ANY_FACTOR, orthonormal, scaling
from specbound.statements.jets import Jet, mixed_derivative, product
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(
    {
        "U": ("r", "k"),
        "V": ("d", "k"),
        "F": ("r", "n"),
        "P": ("r", "n"),
        "R": ("r", "n"),
        "N": ("r", "n"),
        "G": ("d", "r"),
        "P2": ("d", "r"),
        "R2": ("d", "r"),
        "N2": ("d", "r"),
        "h": ("n", "1"),
        "g": ("d", "1"),
        "S": ("d", "d"),
    },
    numbers={"alpha": ANY_FACTOR, "beta": ANY_FACTOR},
)
"""Two factors of a weight, how they move along s, t and both, and the rest of the model: its input and its loss."""


def second(x: Instance, outer: Array, second_factor: Jet, first_factor: Jet) -> Scalar:
    """``∂²/∂s∂t`` of the loss behind ``outer · G F h``."""
    ops = x.ops
    z = product(Jet(ops, outer), second_factor, first_factor, Jet(ops, x.h))
    return mixed_derivative(z, x.g, ops.sum(x.S, ops.transpose(x.S)))


def lhs(x: Instance) -> Scalar:
    """The chain of the locked weight."""
    ops = x.ops
    t, inverse = scaling(ops, x.V, x.alpha), scaling(ops, x.V, 1 / x.alpha)
    s, undone = scaling(ops, x.U, x.beta), scaling(ops, x.U, 1 / x.beta)
    behind = Jet(ops, ops.product(t, x.G, undone), x.P2, x.R2, x.N2)
    return second(x, inverse, behind, Jet(ops, ops.product(s, x.F), x.P, x.R, x.N))


def rhs(x: Instance) -> Scalar:
    """The chain of the unlocked weight, along the mapped directions."""
    return _mapped(x, x.beta)


def _mapped(x: Instance, taken: Scalar) -> Scalar:
    ops = x.ops
    inverse = scaling(ops, x.V, 1 / x.alpha)
    s, undone = scaling(ops, x.U, taken), scaling(ops, x.U, 1 / x.beta)
    behind = (ops.product(inverse, part, s) for part in (x.P2, x.R2, x.N2))
    front = (ops.product(undone, part) for part in (x.P, x.R, x.N))
    return second(x, ops.identity(x.V), Jet(ops, x.G, *behind), Jet(ops, x.F, *front))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm

    def stretch(columns: Array, factor: Scalar) -> Scalar:
        return 1 + (factor + 1 / factor) * norm(columns) ** 2

    front = norm(x.F) + norm(x.P) + norm(x.R) + norm(x.N)
    behind = norm(x.G) + norm(x.P2) + norm(x.R2) + norm(x.N2)
    z = stretch(x.V, x.alpha) ** 2 * stretch(x.U, x.beta) ** 2 * behind * front * norm(x.h)
    return z * norm(x.g) + z * z * norm(x.S)


statement = Statement(
    id="attack_factor_chain",
    area="limits",
    claim=r"\forall \alpha, \beta > 0,\ U^\top U = V^\top V = I,\ T = I + (\alpha - 1) V V^\top,\ "
    r"S = I + (\beta - 1) U U^\top,\ v, w:\ "
    r"\partial^2_{\tilde F, \tilde G} L(T^{-1} \tilde G \tilde F h)(S F, T G S^{-1})[v, w] = "
    r"\partial^2_{F, G} L(G F h)[D v, D w],\ D(P, P_2) = (S^{-1} P,\ T^{-1} P_2 S)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/attack_factor_chain.py"),
    assumptions=(orthonormal("U", "V"),),
    mutants=(
        Mutant("any_columns", "U and V with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=2),)}),
        Mutant("inflated_by_all", r"$\beta = \alpha$ in front of $G$ in D", {"rhs": lambda x: _mapped(x, x.alpha)}),
    ),
    recipes=(by_spectrum(DOMAIN, size=3, orthonormal=("U", "V")),),
)
