r"""With exponents of ¼ on both sides Shampoo's first step is the polar factor of the gradient.

**Claim.** Let the gradient be G = PB² with P orthogonal and B = KᵀK: every nonsingular matrix is of this form, P being
its polar factor. The fourth roots of GGᵀ and GᵀG are PBPᵀ and B. Then for all P and all nonsingular K (n×n):
(PBPᵀ)⁻¹ G B⁻¹ = P, compared along all y and z. So in its first step Shampoo meets a lock as Muon does (`muon_step`):
whatever the size of the gradient, C'U_k moves by ηα, and the largest stable learning rate falls like 1/α. And dense and
rotated form of a lock are trained alike: the polar factor of GQ is PQ for an orthogonal Q.

**Assumes.** Orthogonal P (`orthonormal_columns`; mutant `any_matrix`) and nonsingular K (`nonsingular`): the roots have
no inverse otherwise.

**Tight when** always: it is an equality.

**Not claimed.** Later steps, in which GGᵀ and GᵀG are sums over all steps so far and the step shrinks as they grow.
Other exponents: with ½ the step is another (mutant `half`; see `shampoo_half_invariance`). Without the term εI that
implementations add it is undefined for a singular G; with it the roots are other ones (mutant `damped`).

**Degenerate cases.** G orthogonal is its own polar factor.

**Source.** Gupta, Koren & Singer, *Shampoo: preconditioned stochastic tensor optimization* (2018), algorithm 1, for the
step; the equality is well known; derivation in proofs/rates/shampoo_quarter.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import orthonormal
from specbound.statements.recipes import by_spectrum

DOMAIN = Domain({"P": ("n", "n"), "K": ("n", "n"), "y": ("n", "1"), "z": ("n", "1")})

DAMPING = 1 / 3


def root(x: Instance) -> Array:
    """``B = KᵀK``, the fourth root of ``GᵀG``."""
    return x.ops.product(x.ops.transpose(x.K), x.K)


def turned(x: Instance, matrix: Array) -> Array:
    """``P · matrix · Pᵀ``."""
    return x.ops.product(x.P, matrix, x.ops.transpose(x.P))


def gradient(x: Instance) -> Array:
    """``G = P B²``."""
    return x.ops.product(x.P, root(x), root(x))


def stepped(x: Instance, left: Array, right: Array) -> Scalar:
    """``yᵀ left⁻¹ G right⁻¹ z``."""
    ops = x.ops
    return ops.entry(ops.product(ops.transpose(x.y), ops.solve(left, gradient(x)), ops.solve(right, x.z)))


def lhs(x: Instance) -> Scalar:
    return stepped(x, turned(x, root(x)), root(x))


def rhs(x: Instance) -> Scalar:
    return x.ops.entry(x.ops.product(x.ops.transpose(x.y), x.P, x.z))


def half(x: Instance) -> Scalar:
    square = x.ops.product(root(x), root(x))
    return stepped(x, turned(x, square), square)


def damped(x: Instance) -> Scalar:
    left, right = (
        x.ops.sum(matrix, x.ops.scaled(DAMPING, x.ops.identity(matrix))) for matrix in (turned(x, root(x)), root(x))
    )
    return stepped(x, left, right)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    condition = (norm(x.K) / x.ops.singular_values(x.K).smallest()) ** 2
    return norm(x.y) * norm(x.z) * norm(x.P) ** 3 * condition**3


statement = Statement(
    id="shampoo_quarter",
    area="rates",
    claim=r"\forall P^\top P = P P^\top = I,\ \det K \ne 0,\ B = K^\top K,\ G = P B^2:\ "
    r"(P B P^\top)^{-1}\, G\, B^{-1} = P",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("Gupta, Koren & Singer", "Shampoo", 2018, "algorithm 1, first step"),
    assumptions=(
        orthonormal("P"),
        Assumption("nonsingular", "there are no inverses otherwise", lambda x: x.ops.nonsingular(x.K)),
    ),
    mutants=(
        Mutant("half", r"exponents of $1/2$, the step the same", {"lhs": half}),
        Mutant("damped", r"$\lambda I$ added to both roots, $\lambda = 1/3$", {"lhs": damped}),
        Mutant(
            "any_matrix",
            "P any nonsingular matrix",
            {
                "assumptions": (
                    Assumption("nonsingular", "", lambda x: x.ops.nonsingular(x.K) & x.ops.nonsingular(x.P)),
                ),
                "recipes": (by_spectrum(DOMAIN, nonsingular=("P", "K")),),
            },
        ),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("P",), nonsingular=("K",)),),
)
