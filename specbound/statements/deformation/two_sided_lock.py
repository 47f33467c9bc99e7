r"""A lock that inflates some directions and divides others is a linear change of variable as well.

**Claim.** As in `deformation_congruence`, with T = I + U (A − I) Uᵀ for orthonormal columns U and any nonsingular A in
place of α I; a two-sided lock has A = diag(α, …, α, 1/α, …, 1/α). For all directions (P, R) and (P2, R2):
∂²L_locked(TW, T⁻¹)[(P, R), (P2, R2)] = ∂²L_inserted(W, I)[(T⁻¹P, RT), (T⁻¹P2, R2 T)].

**Assumes.** Orthonormal columns of U (`orthonormal_columns`; mutant `any_columns`) and nonsingular A (`nonsingular`),
so that T⁻¹ = I + U (A⁻¹ − I) Uᵀ.

**Tight when** always: it is an equality.

**Not claimed.** That the curvature grows on both sides alike: C'U grows with A, W̃ along U with A⁻¹; see
`two_sided_lock_frozen`.

**Degenerate cases.** A = α I is `deformation_congruence`.

**Source.** Ours; derivation in proofs/deformation/two_sided_lock.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import PAIR, Direction, orthonormal, second_derivative, sizes_of_pair
from specbound.statements.recipes import by_spectrum

DOMAIN = Domain({**PAIR, "A": ("k", "k")})


def within(x: Instance, acting: Array) -> Array:
    """``I + U (acting − I) Uᵀ``."""
    ops = x.ops
    change = ops.difference(acting, ops.identity(acting))
    return ops.sum(ops.identity(x.U), ops.product(x.U, change, ops.transpose(x.U)))


def inverse_of(x: Instance) -> Array:
    """``A⁻¹``."""
    return x.ops.solve(x.A, x.ops.identity(x.A))


def lhs(x: Instance) -> Scalar:
    """The locked model."""
    t, inverse = within(x, x.A), within(x, inverse_of(x))
    return second_derivative(x, inverse, x.ops.product(t, x.W), ((x.P, x.R), (x.P2, x.R2)))


def rhs(x: Instance) -> Scalar:
    return _mapped(x, within(x, x.A), within(x, inverse_of(x)))


def _mapped(x: Instance, t: Array, inverse: Array) -> Scalar:
    ops = x.ops

    def mapped(p: Array, r: Array) -> Direction:
        return ops.product(inverse, p), ops.product(r, t)

    return second_derivative(x, ops.identity(x.W), x.W, (mapped(x.P, x.R), mapped(x.P2, x.R2)))


def one_sided(x: Instance) -> Scalar:
    """As if T were its own part on C: W̃ mapped by T in place of T⁻¹."""
    return _mapped(x, within(x, x.A), within(x, x.A))


def scale(x: Instance) -> Scalar:
    norm, ops = x.ops.frobenius_norm, x.ops
    condition = 1 + norm(x.A) / ops.singular_values(x.A).smallest()
    growth = 1 + norm(x.A) + norm(inverse_of(x))
    return (growth * condition) ** 2 * sizes_of_pair(x)


NONSINGULAR = Assumption("nonsingular", "T has no inverse otherwise", lambda x: x.ops.nonsingular(x.A))


statement = Statement(
    id="two_sided_lock",
    area="deformation",
    claim=r"\forall U^\top U = I,\ \det A \ne 0,\ T = I + U (A - I) U^\top:\ "
    r"\partial^2 L_{\text{locked}}(TW, T^{-1})[(P, R), (P_2, R_2)] = "
    r"\partial^2 L_{\text{inserted}}(W, I)[(T^{-1} P, R T), (T^{-1} P_2, R_2 T)]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/two_sided_lock.py"),
    assumptions=(
        orthonormal("U"),
        NONSINGULAR,
    ),
    mutants=(
        Mutant(
            "any_columns",
            "U with any columns",
            {
                "assumptions": (NONSINGULAR,),
                "recipes": (by_spectrum(DOMAIN, size=2, nonsingular=("A",)),),
            },
        ),
        Mutant("weight_inflated_too", "T in place of its inverse on W'", {"rhs": one_sided}),
    ),
    recipes=(by_spectrum(DOMAIN, size=3, orthonormal=("U",), nonsingular=("A",)),),
)
