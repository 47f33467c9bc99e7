r"""Under a step rule that a lock shortens by 1/α², other parameters need α² times as many steps for a distance.

**Claim.** Let the gradients of t steps in the parameters outside the lock be the columns of V, the step sizes the
entries of h, so that these parameters move by R = ‖Vh‖. If every step obeys |h_s| ≤ 2/(α²κ), κ > 0, and every gradient
‖V_s‖ ≤ G, then t ≥ α²κR/(2G); written α²κ ‖Vh‖ ≤ 2Gt, for all V, h, α, κ, G and every t. It is enough that the two
bounds hold in the root mean square over the steps, which is what is assumed here: ‖h‖ ≤ √t · 2/(α²κ), ‖V‖_F ≤ √t · G.

The step rule is an assumption, not a consequence. It is what stability at a point asks for: by `quadratic_law` the
Hessian of the locked model contains the block α²K, so that λ_max(H) ≥ α² λ_max(K), and a minimum repels gradient
descent with η > 2/λ_max(H) (`edge_instability`). So κ is λ_max(K), where that is positive, and not σ₁(K): along
negative curvature every step size repels, and none is ruled out by it. At a point where K ⪰ 0 both are the same.

**Assumes.** The step rule (`short_steps`; mutant `any_steps`) and bounded gradients (`bounded_gradients`; mutant
`any_gradients`). κ is one number: a lower bound of λ_max(K) along the whole path.

**Tight when** all gradients are one vector of length G and all steps have the length that the rule allows.

**Not claimed.** That larger steps diverge: they may jump to a flatter place, and go on from there. Nor that the
distance has to be gone: a locked model may have a good point nearby.

**Degenerate cases.** R = 0. Steps may be negative: only their sizes enter.

**Source.** Ours; derivation in proofs/rates/slowdown_distance.py.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from specbound.core.instance import Domain, Instance, Number
from specbound.core.recipe import Recipe
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Ops, Scalar
from specbound.statements.clipping import SLACK
from specbound.statements.deformations import INFLATION
from specbound.statements.descent import inner
from specbound.statements.recipes import entries

DOMAIN = Domain(
    {"V": ("n", "t"), "h": ("t", "1")},
    numbers={
        "alpha": INFLATION,
        "kappa": Number(low=0.0, searched=(0.1, 10.0)),
        "G": Number(low=0.0, searched=(0.1, 10.0)),
    },
)
"""Gradients as columns, step sizes, the inflation α, the curvature κ and the bound on gradients."""


def steps(x: Instance) -> Scalar:
    """``t``, how many columns V has."""
    return x.V.shape[-1]


def lhs(x: Instance) -> Scalar:
    return x.alpha**2 * x.kappa * x.ops.frobenius_norm(x.ops.product(x.V, x.h))


def rhs(x: Instance) -> Scalar:
    return 2 * x.G * steps(x)


def size_of_steps(x: Instance) -> Scalar:
    """``α²κ ‖h‖``, which the rule bounds by ``2√t``."""
    return x.alpha**2 * x.kappa * x.ops.frobenius_norm(x.h)


def scale(x: Instance) -> Scalar:
    return size_of_steps(x) * x.ops.frobenius_norm(x.V) + rhs(x)


def short(x: Instance) -> Any:
    return (x.alpha**2 * x.kappa) ** 2 * inner(x, x.h, x.h) <= 4 * steps(x)


def bounded(x: Instance) -> Any:
    entries_of_v = x.ops.vec(x.V)
    return inner(x, entries_of_v, entries_of_v) <= steps(x) * x.G**2


SHORT_STEPS = Assumption("short_steps", "without the rule one step goes any distance", short)
BOUNDED_GRADIENTS = Assumption("bounded_gradients", "a steep loss moves far in a short step", bounded)


def obeying(steps_obey: bool = True, gradients_obey: bool = True) -> Recipe:
    """Entries in ``[-1, 1]``, of h in units of what the rule allows, of V in units of ``G/√n``."""
    drawn = entries(DOMAIN, size=4)

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        x = drawn.build(values, ops)
        allowed = (1 - SLACK) * 2 / (x.alpha**2 * x.kappa) if steps_obey else 1 + 0 * x.kappa
        largest = (1 - SLACK) * x.G / x.V.shape[-2] ** 0.5 if gradients_obey else 1 + 0 * x.G
        changed = {"h": allowed[..., None, None] * x.h, "V": largest[..., None, None] * x.V}
        return replace(x, values={**x.values, **changed})

    return replace(drawn, name="obeying" if steps_obey and gradients_obey else "not_obeying", build=build)


def alike() -> Recipe:
    """The same with nearly equal gradients, and steps nearly as long as the rule allows."""
    drawn = obeying()

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        close = {name: 1 - (1 - values[name]) / 2**12 for name in ("V", "h")}
        return drawn.build({**values, **close}, ops)

    return replace(drawn, name="alike", build=build)


statement = Statement(
    id="slowdown_distance",
    area="rates",
    claim=r"\forall V \in \mathbb{R}^{n \times t}, h \in \mathbb{R}^t,\ \alpha \ge 1,\ \kappa, G > 0,\ "
    r"\|h\| \le \sqrt t\, \tfrac{2}{\alpha^2 \kappa},\ \|V\|_F \le \sqrt t\, G:\ "
    r"\alpha^2 \kappa\, \|V h\| \le 2 G t",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/slowdown_distance.py"),
    assumptions=(SHORT_STEPS, BOUNDED_GRADIENTS),
    attained=(
        Example(
            "one gradient throughout, steps as long as allowed",
            {"V": [[3, 3], [4, 4]], "h": [[0.125], [0.125]], "alpha": 2, "kappa": 4, "G": 5},
        ),
        Example("one step", {"V": [[2]], "h": [[0.5]], "alpha": 2, "kappa": 1, "G": 2}),
    ),
    mutants=(
        Mutant(
            "any_steps",
            "steps of any length",
            {"assumptions": (BOUNDED_GRADIENTS,), "recipes": (obeying(steps_obey=False),)},
        ),
        Mutant(
            "any_gradients",
            "gradients of any length",
            {"assumptions": (SHORT_STEPS,), "recipes": (obeying(gradients_obey=False),)},
        ),
        Mutant("longer", r"$1.8\, G t$ in place of $2 G t$", {"rhs": lambda x: 0.9 * rhs(x)}),
        Mutant("cubed", r"$\alpha^3$ in place of $\alpha^2$", {"lhs": lambda x: x.alpha * lhs(x)}),
        Mutant("random_walk", r"$2 G$ in place of $2 G t$", {"rhs": lambda x: 2 * x.G}),
    ),
    recipes=(obeying(), alike()),
)
