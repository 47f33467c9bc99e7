r"""A chain of factors in the place of a locked weight, the compensator frozen, has curvature like α^{2(1 − 1/m)}.

**Claim.** As in `attack_factor_chain`, let F be the last factor of the chain, β what the factors before it have taken
of α together (α^{1 − 1/m} where all m share it evenly), U orthonormal columns that span what those inflate in front of
F, and V those that the lock inflates. Along directions X Uᵀ and Y Uᵀ of F with rows outside V, X = (I − V Vᵀ) X and
Y = (I − V Vᵀ) Y: for all such X, Y and all α, β > 0, with C = T⁻¹ = I + (1/α − 1) V Vᵀ frozen,
∂²L_chain(α)[X Uᵀ, Y Uᵀ] = β² ∂²L_chain(1)[X Uᵀ, Y Uᵀ]. So σ₁(H_chain(α)) is at least β² times the norm κ of that block,
Σ_{s,t} V_⊥ᵀ ∇²_{z_s z_t}L V_⊥ ⊗ (Uᵀ h_s)(Uᵀ h_t)ᵀ on the unlocked chain; where κ > 0, k < d and the split is even, the
exponent of α is exactly 2(1 − 1/m).

**Assumes.** Orthonormal columns of U and V (`orthonormal_columns`; mutant `any_columns`). Rows outside V: those inside
are divided by α in C, and β/α ≤ 1 (mutant `rows_inside`); where all directions are inflated, k = d, there are no
others.

**Tight when** always: it is an equality.

**Not claimed.** That κ > 0: it is zero where the loss is flat in z outside V. That σ₁ is near β² κ at moderate α: the
next block is smaller by α^{1/m} alone, see `quadratic_law_upper`.

**Degenerate cases.** One factor: β = 1, nothing grows. k = d leaves 0 = 0.

**Source.** Ours; derivation in proofs/limits/attack_factor_chain_lower.py.
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
        "U": ("n", "k"),
        "V": ("d", "k"),
        "F": ("d", "n"),
        "X": ("d", "k"),
        "Y": ("d", "k"),
        "h": ("n", "1"),
        "g": ("d", "1"),
        "S": ("d", "d"),
    },
    numbers={"alpha": ANY_FACTOR, "beta": ANY_FACTOR},
)


def second(x: Instance, rows: Array, compensator: Array, inputs: Array) -> Scalar:
    """``∂²/∂s∂t`` of the loss behind ``compensator (F + rows (s X + t Y) Uᵀ) inputs h``."""
    ops = x.ops
    along = [ops.product(rows, part, ops.transpose(x.U)) for part in (x.X, x.Y)]
    z = product(Jet(ops, compensator), Jet(ops, x.F, *along), Jet(ops, inputs), Jet(ops, x.h))
    return mixed_derivative(z, x.g, ops.sum(x.S, ops.transpose(x.S)))


def lhs(x: Instance) -> Scalar:
    """The chain of the locked weight."""
    return second(x, scaling(x.ops, x.V, 0), scaling(x.ops, x.V, 1 / x.alpha), scaling(x.ops, x.U, x.beta))


def rhs(x: Instance) -> Scalar:
    """The chain of the unlocked one."""
    return x.beta**2 * second(x, scaling(x.ops, x.V, 0), x.ops.identity(x.V), x.ops.identity(x.U))


def inside(x: Instance) -> Scalar:
    """The chain of the locked weight along rows in the span of V."""
    ops = x.ops
    rows = ops.product(x.V, ops.transpose(x.V))
    return second(x, rows, scaling(ops, x.V, 1 / x.alpha), scaling(ops, x.U, x.beta))


def rhs_inside(x: Instance) -> Scalar:
    ops = x.ops
    rows = ops.product(x.V, ops.transpose(x.V))
    return x.beta**2 * second(x, rows, ops.identity(x.V), ops.identity(x.U))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    rows, columns = 1 + norm(x.V) ** 2, 1 + norm(x.U) ** 2
    compensator = 1 + (1 + 1 / x.alpha) * norm(x.V) ** 2
    moved = rows**2 * norm(x.X) * norm(x.Y) * norm(x.U) ** 2 * norm(x.h) ** 2
    return (compensator**2 + 1) * (1 + x.beta) ** 2 * columns**2 * moved * norm(x.S)


statement = Statement(
    id="attack_factor_chain_lower",
    area="limits",
    claim=r"\forall U^\top U = V^\top V = I,\ \alpha, \beta > 0,\ C = I + (1/\alpha - 1) V V^\top,\ "
    r"S = I + (\beta - 1) U U^\top,\ X, Y \perp V:\ "
    r"\partial^2_F L(C F S h)[X U^\top, Y U^\top] = \beta^2\, \partial^2_F L(F h)[X U^\top, Y U^\top]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/attack_factor_chain_lower.py"),
    assumptions=(orthonormal("U", "V"),),
    mutants=(
        Mutant("any_columns", "U and V with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant("rows_inside", "rows within V in place of outside it", {"lhs": inside, "rhs": rhs_inside}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("U", "V")),),
)
