r"""On a quadratic a step that a lock multiplies by σ has a largest harmless learning rate of order 1/σ.

**Claim.** Let a step of a locked model move the identity-inserted one by −ηv, v = σp + q: p is its part along what is
inflated, before the lock multiplies it, q the rest. Let the loss be quadratic with gradient g and Hessian JᵀJ. Then for
all J, g, p, q, σ > 0 and η > 0, if the step does not raise the loss, η ‖Jv‖² ≤ 2 gᵀv, then η (σ ‖Jp‖ − ‖Jq‖)² ≤ 2
gᵀ(σp + q). So for every learning rate below the first at which the loss rises in the next step, ση ≤ (2 gᵀp + 2 gᵀq/σ)
/ (‖Jp‖ − ‖Jq‖/σ)² once σ‖Jp‖ > ‖Jq‖; `scaled_step_limit_lower` has the same from below, with ‖Jp‖ + ‖Jq‖/σ. Where p, q
stay bounded as σ grows, σ times the largest such rate tends to 2 gᵀp/‖Jp‖², and differs from it by order 1/σ.

This turns how far a step moves C'U_k into the exponent of the largest stable learning rate. Gradient descent has
p = PPᵀg and σ = α², which gives −2, with 2 gᵀp/‖Jp‖² = 2/λ where JᵀJ has the one eigenvalue λ along what is inflated;
the methods of `best_step` have σ = α and so −1; methods that are invariant have σ = 1 and 0.

**Assumes.** A step that does not raise the loss (`harmless`; mutant `any_rate`).

**Tight when** Jq is a multiple −c Jp with c ≥ 0, and the loss stays the same.

**Not claimed.** Anything on more than one step: a criterion that looks at many steps may see the loss rise at smaller
learning rates, as curvature grows along the way, never at larger ones. Losses that are not quadratic.

**Degenerate cases.** Jp = 0: no curvature along what is inflated, and no limit of this order. gᵀp = 0: then the limit
is of order 1/σ² or smaller. σ‖Jp‖ < ‖Jq‖: the claim still holds and says little.

**Source.** Ours; derivation in proofs/rates/scaled_step_limit.py.
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
from specbound.statements.steps import completed, inner


def lhs(x: Instance) -> Scalar:
    return x.eta * (x.sigma * length(x, x.p) - length(x, x.q)) ** 2


def rhs(x: Instance) -> Scalar:
    return doubled_gain(x)


def without_rest(x: Instance) -> Scalar:
    return x.eta * (x.sigma * length(x, x.p)) ** 2


def added(x: Instance) -> Scalar:
    return x.eta * (x.sigma * length(x, x.p) + length(x, x.q)) ** 2


def along_inflated(x: Instance) -> Scalar:
    """``2σ gᵀp``."""
    return 2 * x.sigma * inner(x, x.g, x.p)


HARMLESS = Assumption(
    "harmless",
    "a larger learning rate has no bound",
    lambda x: x.eta * curvature_along(x) <= doubled_gain(x),
)


def at_most_harmless(x: Instance) -> dict[str, Array]:
    return with_rate(x, 1 - SLACK, curvature_along(x))


statement = Statement(
    id="scaled_step_limit",
    area="rates",
    claim=r"\forall J, g, p, q,\ \sigma, \eta > 0,\ v = \sigma p + q,\ \eta\, \|J v\|^2 \le 2\, g^\top v:\ "
    r"\eta\, (\sigma \|J p\| - \|J q\|)^2 \le 2\, g^\top (\sigma p + q)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=size_of_sides,
    source=Source("ours", place="proofs/rates/scaled_step_limit.py"),
    assumptions=(HARMLESS,),
    attained=(
        Example(
            "the rest undoes a part, and the loss stays the same",
            {"J": [[1]], "g": [[1]], "p": [[1]], "q": [[-1]], "sigma": 3, "eta": 1},
        ),
    ),
    mutants=(
        Mutant("any_rate", "any learning rate", {"assumptions": (), "recipes": (by_spectrum(DOMAIN),)}),
        Mutant("without_rest", r"without $\|J q\|$", {"lhs": without_rest}),
        Mutant("added", r"$\sigma \|J p\| + \|J q\|$ in place of the difference", {"lhs": added}),
        Mutant("along_inflated", r"$2 \sigma g^\top p$ on the right", {"rhs": along_inflated}),
    ),
    recipes=(completed(DOMAIN, "almost_the_same_loss", at_most_harmless),),
)
