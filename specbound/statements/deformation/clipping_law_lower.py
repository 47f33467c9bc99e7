r"""A step that clipping shortens to the threshold moves what a lock inflates by almost ητα.

**Claim.** With g, P, Q, E, D, η, c, τ as in `clipping_law`, p = ‖Pᵀg‖, r = ‖Q Eᵀ Q g‖ and c ‖Dᵀg‖ ≥ τ, for all α ≥ 1:
(1 + r²/(2α²p²)) ηc ‖Pᵀ D Dᵀ g‖ ≥ ητα, here multiplied by 2α²p², so that p = 0 needs no exception. As α grows the first
factor tends to 1 like α⁻².

**Assumes.** Orthonormal columns of P (`orthonormal_columns`; mutant `any_columns`), and that clipping leaves a length
of τ (`clipping_acts`; mutant `shorter`): c = min(1, τ/‖Dᵀg‖) does as soon as αp ≥ τ.

**Tight when** clipping leaves exactly τ and r = 0.

**Not claimed.** That moving C'U_k so far is of any use: it is the whole step, whatever its gradient there says.

**Degenerate cases.** p = 0 gives 0 ≥ 0: nothing in the inflated directions to move.

**Source.** Ours; derivation in proofs/deformation/clipping_law_lower.py.
"""

from specbound.core.instance import Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.clipping import (
    ABOVE,
    CLIPPING_ACTS,
    DOMAIN,
    inflated,
    moved_inflated,
    rest,
    size_of_rest,
    size_of_step,
)
from specbound.statements.deformations import orthonormal
from specbound.statements.recipes import by_spectrum, entries


def twice_squared(x: Instance) -> Scalar:
    """``2α²p²``."""
    return 2 * (x.alpha * x.ops.frobenius_norm(inflated(x))) ** 2


def lhs(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return (twice_squared(x) + norm(rest(x)) ** 2) * x.eta * x.c * norm(moved_inflated(x))


def rhs(x: Instance) -> Scalar:
    return twice_squared(x) * x.eta * x.tau * x.alpha


def without_rest(x: Instance) -> Scalar:
    return twice_squared(x) * x.eta * x.c * x.ops.frobenius_norm(moved_inflated(x))


def scale(x: Instance) -> Scalar:
    squares = 2 * (x.alpha * x.ops.singular_value(x.P, 0)) ** 2 + size_of_rest(x) ** 2
    return squares * x.ops.frobenius_norm(x.g) ** 2 * (size_of_step(x) + x.eta * x.tau * x.alpha)


statement = Statement(
    id="clipping_law_lower",
    area="deformation",
    claim=r"\forall g, E,\ P^\top P = I,\ Q = I - P P^\top,\ D = \alpha P P^\top + Q E Q,\ \alpha \ge 1,\ "
    r"c\, \|D^\top g\| \ge \tau:\ \big(2 \alpha^2 \|P^\top g\|^2 + \|Q E^\top Q g\|^2\big)\, "
    r"\eta c\, \|P^\top D D^\top g\| \ge 2 \alpha^2 \|P^\top g\|^2\, \eta \tau \alpha",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/clipping_law_lower.py"),
    assumptions=(orthonormal("P"), CLIPPING_ACTS),
    attained=(
        Example(
            "only what is inflated has a gradient",
            {"g": [[1], [0]], "P": [[1], [0]], "E": [[1, 0], [0, 1]], "alpha": 4, "eta": 1, "tau": 1, "c": 0.25},
        ),
    ),
    mutants=(
        Mutant("shorter", "a step of any length", {"assumptions": (orthonormal("P"),)}),
        Mutant(
            "any_columns",
            "P with any columns",
            {"assumptions": (CLIPPING_ACTS,), "recipes": (entries(DOMAIN, size=3),)},
        ),
        Mutant("without_rest", r"1 in place of $1 + r^2/(2\alpha^2 p^2)$", {"lhs": without_rest}),
    ),
    recipes=(ABOVE, by_spectrum(DOMAIN, orthonormal=("P",))),
)
