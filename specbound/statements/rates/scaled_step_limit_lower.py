r"""On a quadratic a step that a lock multiplies by σ does no harm up to a learning rate of order 1/σ.

**Claim.** With J, g, p, q, v = σp + q as in `scaled_step_limit`: for all of them and all σ, η > 0, if
η (σ ‖Jp‖ + ‖Jq‖)² ≤ 2 gᵀ(σp + q), then η ‖Jv‖² ≤ 2 gᵀv, so that the step −ηv does not raise a quadratic loss with
gradient g and Hessian JᵀJ. So the largest learning rate that is harmless, times σ, is at least (2 gᵀp + 2 gᵀq/σ) /
(‖Jp‖ + ‖Jq‖/σ)², which tends to 2 gᵀp/‖Jp‖² as σ grows.

**Assumes.** A learning rate as small as that (`small`; mutants `any_rate` and, without the rest, `rest_ignored`).

**Tight when** Jq is a nonnegative multiple of Jp and η as large as the assumption has it.

**Not claimed.** Anything on more than one step, or on losses that are not quadratic.

**Degenerate cases.** Jv = 0: the loss falls along v without end, where gᵀv > 0.

**Source.** Ours; derivation in proofs/rates/scaled_step_limit_lower.py.
"""

from specbound.core.instance import Instance
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.clipping import SLACK
from specbound.statements.quadratic_steps import (
    DOMAIN,
    curvature_along,
    doubled_gain,
    length,
    size_of_sides,
    with_rate,
)
from specbound.statements.recipes import by_spectrum
from specbound.statements.steps import completed


def lhs(x: Instance) -> Scalar:
    return x.eta * curvature_along(x)


def largest_curvature(x: Instance) -> Scalar:
    """``(σ ‖Jp‖ + ‖Jq‖)²``."""
    return (x.sigma * length(x, x.p) + length(x, x.q)) ** 2


def inflated_curvature(x: Instance) -> Scalar:
    return (x.sigma * length(x, x.p)) ** 2


def small(x: Instance) -> dict[str, Array]:
    return with_rate(x, 1 - SLACK, largest_curvature(x))


def without_rest(x: Instance) -> dict[str, Array]:
    return with_rate(x, 1 - SLACK, inflated_curvature(x))


SMALL = Assumption(
    "small", "a larger learning rate does harm", lambda x: x.eta * largest_curvature(x) <= doubled_gain(x)
)
REST_IGNORED = Assumption(
    "rest_ignored",
    "it forgets what the rest of the step meets",
    lambda x: x.eta * inflated_curvature(x) <= doubled_gain(x),
)

statement = Statement(
    id="scaled_step_limit_lower",
    area="rates",
    claim=r"\forall J, g, p, q,\ \sigma, \eta > 0,\ \eta\, (\sigma \|J p\| + \|J q\|)^2 \le 2\, g^\top (\sigma p + q),"
    r"\ v = \sigma p + q:\ \eta\, \|J v\|^2 \le 2\, g^\top v",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=doubled_gain,
    scale=size_of_sides,
    source=Source("ours", place="proofs/rates/scaled_step_limit_lower.py"),
    assumptions=(SMALL,),
    attained=(
        Example(
            "both parts meet the same curvature",
            {"J": [[1]], "g": [[2]], "p": [[1]], "q": [[1]], "sigma": 3, "eta": 1},
        ),
    ),
    mutants=(
        Mutant("any_rate", "any learning rate", {"assumptions": (), "recipes": (by_spectrum(DOMAIN),)}),
        Mutant(
            "rest_ignored",
            r"$\|J p\|$ alone in the assumption",
            {"assumptions": (REST_IGNORED,), "recipes": (completed(DOMAIN, "without_rest", without_rest),)},
        ),
        Mutant("halved", "half the right side", {"rhs": lambda x: doubled_gain(x) / 2}),
    ),
    recipes=(completed(DOMAIN, "as_large_as_may_be", small),),
)
