r"""A clipped step slows whatever a lock does not inflate by 1/α.

**Claim.** With g, P, Q, E, D, η, c, τ as in `clipping_law`, p = ‖Pᵀg‖, r = ‖Q Eᵀ Q g‖ and c ‖Dᵀg‖ ≤ τ, for all α ≥ 1
and all E with ‖E‖ ≤ 1: αp · ηc ‖Q D Dᵀ g‖ ≤ ητr. So where p > 0 a step moves what is not inflated by at most ητr/(αp).

**Assumes.** Orthonormal columns of P (`orthonormal_columns`; mutant `any_columns`), that a step is clipped (`clipped`;
mutant `not_clipped`), and ‖E‖ ≤ 1 (`contraction`; mutant `stretched`), as for a lock that leaves or contracts the rest.

**Tight when** α → ∞, clipping acts, and E is the identity on Q g.

**Not claimed.** That α slows a run which does not clip: the rest moves by ηr at most, for every α.

**Degenerate cases.** p = 0 says nothing; r = 0 says that the rest stands still.

**Source.** Ours; derivation in proofs/deformation/clipping_law_rest.py.
"""

from specbound.core.instance import Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.clipping import (
    BELOW,
    CLIPPED,
    DOMAIN,
    REST_NOT_STRETCHED,
    SLACK,
    at_the_threshold,
    inflated,
    moved_rest,
    rest,
    size_of_change,
    size_of_rest,
)
from specbound.statements.deformations import orthonormal
from specbound.statements.recipes import by_spectrum, entries


def lhs(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return x.alpha * norm(inflated(x)) * x.eta * x.c * norm(moved_rest(x))


def rhs(x: Instance) -> Scalar:
    return x.eta * x.tau * x.ops.frobenius_norm(rest(x))


def scale(x: Instance) -> Scalar:
    gradient = x.ops.frobenius_norm(x.g)
    step = x.eta * x.c * size_of_rest(x) * size_of_change(x) * gradient
    inflating = x.alpha * x.ops.singular_value(x.P, 0) * gradient
    return inflating * step + x.eta * x.tau * size_of_rest(x) * gradient


statement = Statement(
    id="clipping_law_rest",
    area="deformation",
    claim=r"\forall g,\ P^\top P = I,\ Q = I - P P^\top,\ \|E\| \le 1,\ D = \alpha P P^\top + Q E Q,\ \alpha \ge 1,\ "
    r"c\, \|D^\top g\| \le \tau:\ "
    r"\alpha\, \|P^\top g\| \cdot \eta c\, \|Q D D^\top g\| \le \eta \tau\, \|Q E^\top Q g\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/clipping_law_rest.py"),
    assumptions=(orthonormal("P"), CLIPPED, REST_NOT_STRETCHED),
    attained=(
        Example(
            "nothing but what is inflated has a gradient",
            {"g": [[1], [0]], "P": [[1], [0]], "E": [[1, 0], [0, 1]], "alpha": 4, "eta": 1, "tau": 1, "c": 0.25},
        ),
    ),
    mutants=(
        Mutant("not_clipped", "a step of any length", {"assumptions": (orthonormal("P"), REST_NOT_STRETCHED)}),
        Mutant(
            "any_columns",
            "P with any columns",
            {"assumptions": (CLIPPED, REST_NOT_STRETCHED), "recipes": (entries(DOMAIN, size=3),)},
        ),
        Mutant(
            "stretched",
            "E of any norm",
            {"assumptions": (orthonormal("P"), CLIPPED), "recipes": (at_the_threshold(1 - SLACK, stretch=2.0),)},
        ),
        Mutant("quadratic", r"$\alpha^2$ in place of $\alpha$", {"lhs": lambda x: x.alpha * lhs(x)}),
    ),
    recipes=(BELOW, by_spectrum(DOMAIN, orthonormal=("P",))),
)
