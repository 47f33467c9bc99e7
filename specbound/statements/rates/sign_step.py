r"""A step with entries of size 1 moves what a lock inflates by at most ηα times the root of the number of entries.

**Claim.** Let P (n×k) have orthonormal columns that span the inflated directions, Q = I − P Pᵀ, and D = αP Pᵀ + QEQ be
the change of variable of `deformation_congruence`: for the compensator C itself C'U_k are those directions, in all its
rows, α² times the inserted model's gradient being what plain gradient descent takes there. Then for all steps s of
length at most √n, all α ≥ 1, η > 0 and E: ‖Pᵀ D (ηs)‖² ≤ η²α² n. Steps of this kind are those of sign descent, of Lion,
of Adam and AdamW before their averages fill, and of whatever divides a step by the root mean square of its entries. So
what C'U_k moves grows like α where it grows like α² under gradient descent: the largest learning rate that is stable
falls like 1/α (see `scaled_step_limit`, and `best_step` for a bound from below).

In the rotated form of a lock P consists of columns of the identity, and a step of signs moves exactly ηα√k there, for k
inflated entries, in the very directions that it has at α = 1: the signs of αg are those of g.

**Assumes.** Orthonormal columns of P (`orthonormal_columns`; mutant `any_columns`), and entries whose mean square is at
most 1 (`mean_square`; mutant `any_length`).

**Tight when** all of s lies in the span of P: in the dense form U_k may hold the very pattern of signs. So √k is not
enough (mutant `entries_of_k`); it is where P consists of columns of the identity.

**Not claimed.** That the loss falls. Adam's later steps have entries that may exceed 1: by Cauchy and Schwarz they are
at most (1 − β₁)/√((1 − β₂)(1 − β₁²/β₂)), for β₁² < β₂ and averages that are full, which multiplies the bound.

**Degenerate cases.** α = 1 is the identity-inserted model. k = n leaves nothing beside P.

**Source.** Ours; derivation in proofs/rates/sign_step.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.clipping import SLACK, size_of_change
from specbound.statements.deformations import INFLATION, orthonormal
from specbound.statements.recipes import entries
from specbound.statements.steps import RATE, completed, inner, moved_by

DOMAIN = Domain({"s": ("n", "1"), "P": ("n", "k"), "E": ("n", "n")}, numbers={"alpha": INFLATION, "eta": RATE})


def moved_inflated(x: Instance) -> Array:
    """``Pᵀ D (ηs)``."""
    return x.ops.product(x.ops.transpose(x.P), moved_by(x, x.ops.scaled(x.eta, x.s)))


def lhs(x: Instance) -> Scalar:
    return x.ops.frobenius_norm(moved_inflated(x)) ** 2


def rhs(x: Instance) -> Scalar:
    return x.eta**2 * x.alpha**2 * x.s.shape[-2]


def entries_of_k(x: Instance) -> Scalar:
    return x.eta**2 * x.alpha**2 * x.P.shape[-1]


def squares(x: Instance) -> Scalar:
    """``sᵀs``."""
    return inner(x, x.s, x.s)


def scale(x: Instance) -> Scalar:
    size = x.eta * x.ops.singular_value(x.P, 0) * size_of_change(x) * x.ops.frobenius_norm(x.s)
    return size**2 + rhs(x)


MEAN_SQUARE = Assumption(
    "mean_square", "a step as long as the gradient has no bound", lambda x: squares(x) <= x.s.shape[-2]
)

LONG = completed(
    DOMAIN,
    "almost_signs",
    lambda x: {"s": x.s * ((1 - SLACK) * x.s.shape[-2] ** 0.5)},
    orthonormal=("P",),
)
TOO_LONG = completed(DOMAIN, "too_long", lambda x: {"s": x.s * (2 * x.s.shape[-2] ** 0.5)}, orthonormal=("P",))

statement = Statement(
    id="sign_step",
    area="rates",
    claim=r"\forall s, E,\ P^\top P = I,\ Q = I - P P^\top,\ D = \alpha P P^\top + Q E Q,\ \alpha \ge 1,\ \eta > 0,\ "
    r"\|s\|^2 \le n:\ \|P^\top D\, (\eta s)\|^2 \le \eta^2 \alpha^2 n",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/sign_step.py"),
    assumptions=(orthonormal("P"), MEAN_SQUARE),
    attained=(
        Example(
            "signs in an inflated direction",
            {
                "s": [[1], [-1], [1], [1]],
                "P": [[0.5], [-0.5], [0.5], [0.5]],
                "E": [[0] * 4] * 4,
                "alpha": 3,
                "eta": 0.5,
            },
        ),
    ),
    mutants=(
        Mutant("any_length", "a step of any length", {"assumptions": (orthonormal("P"),), "recipes": (TOO_LONG,)}),
        Mutant(
            "any_columns",
            "P with any columns",
            {"assumptions": (MEAN_SQUARE,), "recipes": (entries(DOMAIN, size=3),)},
        ),
        Mutant("entries_of_k", "$k$ in place of $n$", {"rhs": entries_of_k}),
        Mutant("not_inflated", r"without $\alpha^2$", {"rhs": lambda x: x.eta**2 * x.s.shape[-2]}),
    ),
    recipes=(LONG,),
)
