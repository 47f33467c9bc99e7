r"""No constant change of variable hides curvature by more than the square of what its inverse stretches.

**Claim.** For all nonsingular D and all H: σ₁(H) ≤ ‖D⁻¹‖² σ₁(DᵀHD). With L̃(θ) = L_E(Dθ) as in `limit_general`, DᵀHD is
what the owner ships and H = D⁻ᵀ (DᵀHD) D⁻¹ is what an attacker has who knows D and preconditions by (DᵀD)⁻¹: it is the
Hessian of E, the same for every D. So the attacker ends at a level that D cannot raise; the claim says that it is at
most ‖D⁻¹‖² times the level at which the attack began, which is no more than that level where D contracts nothing.
The other half, σ₁(DᵀHD) ≤ ‖D‖² σ₁(H), is the same claim with D⁻¹ for D.

**Assumes.** Nonsingular D (`nonsingular`), constant as in `limit_general`.

**Tight when** the directions that D contracts most are those in which H is largest, such as for D a multiple of the
identity.

**Not claimed.** That the attack lowers σ₁ for every lock: a D that contracts makes σ₁(DᵀHD) small, and undoing it makes
σ₁ larger. Spectral deformation contracts W̃ by α, so that ‖D⁻¹‖ = α and this bound is loose by α⁴ where the curvature of
the compensator leads (`quadratic_law`). A lock is a spread of scales, and undoing it removes the spread.

**Degenerate cases.** H = 0 gives 0 ≤ 0; orthogonal D give equality.

**Source.** Ours, after Ostrowski (Horn & Johnson, *Matrix Analysis*, 2nd ed. 2013, Theorem 4.5.9); derivation in
proofs/limits/limit_general_level.py.
"""

from fractions import Fraction

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.limits.limit_general import inverse_of
from specbound.statements.recipes import by_spectrum

DOMAIN = Domain({"H": ("n", "n"), "D": ("n", "n")})


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.H, 0)


def stretch(x: Instance) -> Scalar:
    """``‖D⁻¹‖``."""
    return x.ops.singular_value(inverse_of(x), 0)


def locked(x: Instance) -> Scalar:
    """``σ₁(DᵀHD)``."""
    return x.ops.singular_value(x.ops.compression(x.H, x.D, x.D), 0)


def rhs(x: Instance) -> Scalar:
    return stretch(x) ** 2 * locked(x)


def scale(x: Instance) -> Scalar:
    norm, condition = x.ops.frobenius_norm, x.ops.frobenius_norm(x.D) * x.ops.frobenius_norm(inverse_of(x))
    return condition**3 * norm(x.H)


statement = Statement(
    id="limit_general_level",
    area="limits",
    claim=r"\forall \det D \ne 0,\ H:\ \sigma_1(H) \le \|D^{-1}\|^2\, \sigma_1(D^\top H D)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/limit_general_level.py"),
    assumptions=(Assumption("nonsingular", "D cannot be undone otherwise", lambda x: x.ops.nonsingular(x.D)),),
    attained=(
        Example("everything inflated alike", {"H": [[2, 1], [1, 2]], "D": [[4, 0], [0, 4]]}),
        Example("what is contracted leads", {"H": [[3, 0], [0, 0]], "D": [[Fraction(1, 2), 0], [0, 2]]}),
    ),
    mutants=(
        Mutant("not_squared", r"$\|D^{-1}\|$ in place of its square", {"rhs": lambda x: stretch(x) * locked(x)}),
        Mutant("level_kept", r"without $\|D^{-1}\|^2$", {"rhs": locked}),
    ),
    recipes=(by_spectrum(DOMAIN, nonsingular=("D",)),),
)
