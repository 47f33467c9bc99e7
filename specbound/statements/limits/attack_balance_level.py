r"""How much a pair of layers is more curved than the merged model: by its norms, which balancing makes smallest.

**Claim.** For all M (m×m), A (m×p), B (m×q), N (p×q) and all columns v, r:
(Av + Br)ᵀ M (Av + Br) + 2 vᵀ N r ≤ ((‖A‖² + ‖B‖²) ‖M‖ + ‖N‖) (‖v‖² + ‖r‖²).

That is `attack_merge` in coordinates. M is the Hessian of the merged model in its weight C W̃; v and r are the entries
of a direction (P, R) of a pair (W̃, C), so that A = C ⊗ I, B = I ⊗ W̃ᵀ, with the norms of C and W̃, and N is what makes
vᵀ N r = ⟨∇L, R P⟩, with the norm of the gradient ∇L in that weight. With −M, −N it bounds the same from below. So the
block of the Hessian that belongs to a pair obeys σ₁ ≤ (‖C‖² + ‖W̃‖²) σ₁(H_base) + ‖∇L_base‖, in spectral norms, H_base
being the block of the merged weight. For the identity-inserted model, C = I, the factor is 1 + ‖W‖²; for the balanced
pair it is 2 ‖W‖, and no pair with the product W has less, since ‖W‖ = ‖C W̃‖ ≤ ‖C‖ ‖W̃‖. With the rest of the model
among the parameters, which A takes along unchanged, it is max(1, ‖C‖² + ‖W̃‖²). For a lock, ‖C‖² + ‖W̃‖² grows like α²:
balancing, which needs no knowledge of T, puts 2 ‖W‖ in its place.

**Assumes.** Nothing.

**Tight when** top singular vectors of all meet, as for numbers: at M = 1, N = 0, v = A, r = B both
sides are (A² + B²)².

**Not claimed.** A bound by the base model's curvature alone: the gradient term is there at every point that is not
critical in W (mutant `gradient_dropped`), and 1 + ‖W‖² may be large. That the balanced pair is less curved than the
identity-inserted one: its bound is smaller, yet either can be the larger of the two. Where ‖W‖ is small it can be less
curved than the base model.

**Degenerate cases.** B = 0, N = 0 leaves out the compensator: then σ₁ ≤ ‖C‖² σ₁(H_base), as for a frozen one.

**Source.** Ours; derivation in proofs/limits/attack_balance_level.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.recipes import entries

DOMAIN = Domain({"M": ("m", "m"), "A": ("m", "p"), "B": ("m", "q"), "N": ("p", "q"), "v": ("p", "1"), "r": ("q", "1")})


def image(x: Instance) -> Array:
    """``A v + B r``, by which the merged weight moves."""
    return x.ops.sum(x.ops.product(x.A, x.v), x.ops.product(x.B, x.r))


def lhs(x: Instance) -> Scalar:
    ops, moved = x.ops, image(x)
    of_gradient = ops.entry(ops.compression(x.N, x.v, x.r))
    return ops.entry(ops.compression(x.M, moved, moved)) + 2 * of_gradient


def rhs(x: Instance) -> Scalar:
    return (merged_level(x, (1, 1)) + top(x, x.N)) * squared_length(x)


def top(x: Instance, matrix: Array) -> Scalar:
    return x.ops.singular_value(matrix, 0)


def merged_level(x: Instance, weights: tuple[int, int]) -> Scalar:
    """``(‖A‖² + ‖B‖²) ‖M‖``, each square times its weight."""
    return (weights[0] * top(x, x.A) ** 2 + weights[1] * top(x, x.B) ** 2) * top(x, x.M)


def squared_length(x: Instance) -> Scalar:
    """``‖v‖² + ‖r‖²``."""
    return x.ops.frobenius_norm(x.v) ** 2 + x.ops.frobenius_norm(x.r) ** 2


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return ((norm(x.A) + norm(x.B)) ** 2 * norm(x.M) + norm(x.N)) * squared_length(x)


PLAIN = {"M": [[1]], "A": [[1]], "B": [[2]], "N": [[0]], "v": [[1]], "r": [[2]]}

statement = Statement(
    id="attack_balance_level",
    area="limits",
    claim=r"\forall M, A, B, N, v, r:\ (A v + B r)^\top M (A v + B r) + 2 v^\top N r \le "
    r"\big((\|A\|^2 + \|B\|^2)\, \|M\| + \|N\|\big) (\|v\|^2 + \|r\|^2)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/attack_balance_level.py"),
    attained=(
        Example("all along one direction", PLAIN),
        Example("the gradient alone", {**PLAIN, "M": [[0]], "N": [[3]], "r": [[1]]}),
        Example("both", {**PLAIN, "B": [[1]], "N": [[1]], "r": [[1]]}),
    ),
    mutants=(
        Mutant("gradient_dropped", r"without $\|N\|$", {"rhs": lambda x: merged_level(x, (1, 1)) * squared_length(x)}),
        Mutant(
            "compensator_free",
            r"without $\|B\|^2$",
            {"rhs": lambda x: (merged_level(x, (1, 0)) + top(x, x.N)) * squared_length(x)},
        ),
    ),
    recipes=(entries(DOMAIN, size=2),),
)
