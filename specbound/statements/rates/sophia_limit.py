r"""With an exact diagonal of positive curvature no lock makes Sophia's step raise a quadratic loss sooner.

**Claim.** With g, Δ = KᵀK, D and s as in `sophia_step`, let the Hessian of the identity-inserted model be H = cKᵀEK
with ‖E‖ ≤ 1: c is the largest eigenvalue of H relative to Δ. Then for all of them and every learning rate η with
ηc ≤ 2γ: η² (Ds)ᵀH(Ds) ≤ 2η gᵀDs, so that the step −ηs does not raise a quadratic loss, on the locked model for any D as
on the inserted one. So in the rotated form the largest harmless learning rate of Sophia, and of diagonal Newton steps,
is at least 2γ/c for every α: exponent 0. Where Δ is the exact diagonal of a positive semidefinite H of n rows, c ≤ n;
where H is diagonal, c = 1.

**Assumes.** A preconditioner Δ with H ≤ cΔ (`contraction`; mutant `more_curvature`), a step no longer than Newton's
(`no_longer`; mutant `any_step`), and a learning rate as small as that (`slow`; mutant `any_rate`).

**Tight when** E = I, c = 1 and s is Newton's step, with η = 2γ.

**Not claimed.** That a lock leaves the learning rate as it is: while entries are clipped, for smaller α, larger ones
may do no harm, and the limit falls like 1/α until it comes to this one. Noisy or negative diagonals, as in
`sophia_step`.

**Degenerate cases.** s = 0.

**Source.** Ours; derivation in proofs/rates/sophia_limit.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.recipe import Recipe
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.clipped_newton import (
    COLUMNS,
    GAMMA,
    NO_LONGER,
    clipped,
    gain,
    image,
    size_of_gain,
    size_of_image,
)
from specbound.statements.clipping import SLACK
from specbound.statements.deformations import contraction
from specbound.statements.recipes import by_spectrum
from specbound.statements.steps import RATE, completed

DOMAIN = Domain(
    {**COLUMNS, "E": ("n", "n")},
    numbers={"gamma": GAMMA, "c": Number(low=0.0, searched=(0.1, 10.0)), "eta": RATE},
)


def lhs(x: Instance) -> Scalar:
    return x.eta**2 * x.c * x.ops.entry(x.ops.compression(x.E, image(x), image(x)))


def rhs(x: Instance) -> Scalar:
    return 2 * x.eta * gain(x)


def more_curvature(x: Instance) -> Scalar:
    return 2 * lhs(x)


def scale(x: Instance) -> Scalar:
    return x.eta**2 * x.c * x.ops.frobenius_norm(x.E) * size_of_image(x) ** 2 + 2 * x.eta * size_of_gain(x)


SLOW = Assumption("slow", "a larger learning rate does harm", lambda x: x.eta * x.c <= 2 * x.gamma)


def of_rate(name: str, factor: float) -> Recipe:
    """Steps of Sophia, a contraction near the identity, and a learning rate that is a multiple of 2γ/c."""
    stepped = clipped(1 - SLACK)

    def build(x: Instance) -> dict[str, Array]:
        near = x.ops.scaled(1 - x.eta, x.ops.identity(x.K)) + x.ops.scaled(x.eta, x.E)
        return {**stepped(x), "E": near, "eta": factor * 2 * x.gamma / x.c}

    return completed(DOMAIN, name, build)


statement = Statement(
    id="sophia_limit",
    area="rates",
    claim=r"\forall g, D, K,\ \|E\| \le 1,\ \gamma\, \|K D s\|^2 \le g^\top D s,\ \eta c \le 2 \gamma,\ "
    r"H = c\, K^\top E K:\ \eta^2\, (D s)^\top H\, D s \le 2 \eta\, g^\top D s",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/sophia_limit.py"),
    assumptions=(contraction("E"), NO_LONGER, SLOW),
    attained=(
        Example(
            "Newton's step at the largest learning rate",
            {"K": [[2]], "D": [[3]], "g": [[6]], "s": [[1]], "E": [[1]], "gamma": 0.5, "c": 1, "eta": 1},
        ),
    ),
    mutants=(
        Mutant("more_curvature", "2H in place of H", {"lhs": more_curvature}),
        Mutant(
            "any_step",
            "any step",
            {"assumptions": (contraction("E"), SLOW), "recipes": (by_spectrum(DOMAIN),)},
        ),
        Mutant(
            "any_rate",
            "any learning rate",
            {"assumptions": (contraction("E"), NO_LONGER), "recipes": (of_rate("faster", 2),)},
        ),
    ),
    recipes=(of_rate("as_fast_as_may_be", 1 - SLACK),),
)
