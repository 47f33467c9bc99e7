r"""A step that is the best of a fixed set for the gradient gains α times what it can gain in the inflated directions.

**Claim.** Let P (n×k) have orthonormal columns that span the inflated directions, Q = I − P Pᵀ, D = αP Pᵀ + QEQ, g the
gradient of the identity-inserted model and Dᵀg that of the locked one. Let s and t be two steps of which s is the
better one for the locked model, sᵀDᵀg ≥ tᵀDᵀg. Then for all α ≥ 1 and E, of the gain along what is inflated,
gᵀP Pᵀ D s ≥ gᵀP Pᵀ D t − ‖Q Eᵀ Q g‖ ‖Q(s − t)‖, where gᵀP Pᵀ D s = α gᵀP Pᵀ s.

An optimizer that takes the best step of a set B which does not depend on α has this against every t in B. So with the t
that is best for P Pᵀg alone it gains at least α max_{t ∈ B} gᵀP Pᵀt − ‖Q Eᵀ Q g‖ diam B: of order α, unless no t in B
goes along P Pᵀg. The step of signs is best in the cube |s_i| ≤ 1 (sign descent, Lion and Adam in their first steps),
the polar factor in the ball of matrices with ‖S‖ ≤ 1 (Muon, and Shampoo in its first step), g/‖g‖ in the round ball
(normalized or clipped gradients). They all meet a lock alike: with `sign_step` and `muon_step` above, with this below,
C'U_k moves like ηα.

**Assumes.** Orthonormal columns of P (`orthonormal_columns`; mutant `any_columns`), and that s is the better step
(`better`; mutant `any_step`): a rule that looks at anything else may do without the inflated directions.

**Tight when** the gains are equal and Q(s − t) goes along QEᵀQg.

**Not claimed.** That the loss falls by as much: the gain is that of a step short enough. A fixed B: not Adam once ε
counts (`adam_epsilon_descent`), nor any method that rescales by second derivatives.

**Degenerate cases.** QEᵀQg = 0: the gain is exactly α times that at α = 1. Without the last term the claim is false
(mutant `rest_ignored`): in the dense form a step of signs serves both parts of the gradient at once.

**Source.** Ours; derivation in proofs/rates/best_step.py. Steps as the best of a ball: Bernstein & Newhouse, *Old
optimizer, new norm* (2024).
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.clipping import inflated, locked_gradient, rest, size_of_change
from specbound.statements.deformations import INFLATION, orthonormal, scaling
from specbound.statements.recipes import by_spectrum, entries
from specbound.statements.steps import completed, inner, moved_by, sign

DOMAIN = Domain(
    {"g": ("n", "1"), "s": ("n", "1"), "t": ("n", "1"), "P": ("n", "k"), "E": ("n", "n")},
    numbers={"alpha": INFLATION},
)


def gain(x: Instance, step: Array) -> Scalar:
    """``gᵀ P Pᵀ D step``."""
    along = x.ops.product(x.ops.transpose(x.P), moved_by(x, step))
    return inner(x, inflated(x), along)


def lhs(x: Instance) -> Scalar:
    return gain(x, x.s)


def apart(x: Instance) -> Array:
    """``Q(s − t)``."""
    return x.ops.product(scaling(x.ops, x.P, 0), x.ops.difference(x.s, x.t))


def rhs(x: Instance) -> Scalar:
    return gain(x, x.t) - x.ops.frobenius_norm(rest(x)) * x.ops.frobenius_norm(apart(x))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return norm(x.g) * (1 + x.ops.singular_value(x.P, 0) ** 2) * size_of_change(x) * (norm(x.s) + norm(x.t))


def whole_gain(x: Instance, step: Array) -> Scalar:
    """``stepᵀ Dᵀ g``."""
    return inner(x, step, locked_gradient(x))


BETTER = Assumption(
    "better",
    "a worse step may leave the inflated directions alone",
    lambda x: whole_gain(x, x.s) >= whole_gain(x, x.t),
)


def _exchanged(x: Instance) -> dict[str, Array]:
    """The better of s and t first, by a weight of 0 or 1."""
    more = whole_gain(x, x.s) - whole_gain(x, x.t)
    first = (1 + sign(more)) / 2
    scaled, total = x.ops.scaled, x.ops.sum
    return {
        "s": total(scaled(first, x.s), scaled(1 - first, x.t)),
        "t": total(scaled(1 - first, x.s), scaled(first, x.t)),
    }


ANY = by_spectrum(DOMAIN, orthonormal=("P",))

statement = Statement(
    id="best_step",
    area="rates",
    claim=r"\forall g, s, t, E,\ P^\top P = I,\ Q = I - P P^\top,\ D = \alpha P P^\top + Q E Q,\ \alpha \ge 1,\ "
    r"s^\top D^\top g \ge t^\top D^\top g:\ "
    r"g^\top P P^\top D s \ge g^\top P P^\top D t - \|Q E^\top Q g\|\, \|Q (s - t)\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/best_step.py"),
    assumptions=(orthonormal("P"), BETTER),
    attained=(
        Example(
            "what is gained beside P is lost along it",
            {"g": [[1], [1]], "s": [[0], [2]], "t": [[1], [0]], "P": [[1], [0]], "E": [[0, 0], [0, 1]], "alpha": 2},
        ),
    ),
    mutants=(
        Mutant("any_step", "any two steps", {"assumptions": (orthonormal("P"),), "recipes": (ANY,)}),
        Mutant(
            "any_columns",
            "P with any columns",
            {"assumptions": (BETTER,), "recipes": (entries(DOMAIN, size=3),)},
        ),
        Mutant("rest_ignored", r"without $\|Q E^\top Q g\|\, \|Q (s - t)\|$", {"rhs": lambda x: gain(x, x.t)}),
    ),
    recipes=(completed(DOMAIN, "the_better_first", _exchanged, orthonormal=("P",)),),
)
