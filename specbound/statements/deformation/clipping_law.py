r"""A clipped step moves what a lock inflates by at most ητα.

**Claim.** Let g be the gradient of the identity-inserted model, P orthonormal columns that span what the lock inflates
(C'U_k), Q = I − P Pᵀ, and D = α P Pᵀ + Q E Q the change of variable of `deformation_congruence`, so that Dᵀg is the
gradient of the locked model. A step of length η along the gradient, scaled by c so that c ‖Dᵀg‖ ≤ τ, moves the
coordinates of the inserted model by −ηc D Dᵀg. Then for all g, E and α ≥ 1: ηc ‖Pᵀ D Dᵀ g‖ ≤ ητα. With
`clipping_law_lower`, where clipping acts, c ‖Dᵀg‖ = τ, and with p = ‖Pᵀg‖ and r = ‖Q Eᵀ Q g‖:
ητα / (1 + r²/(2α²p²)) ≤ ηc ‖Pᵀ D Dᵀ g‖ ≤ ητα.

**Assumes.** Orthonormal columns of P (`orthonormal_columns`; mutant `any_columns`), and that a step is clipped
(`clipped`; mutant `not_clipped`): without it a step moves C'U_k by ηα²p. Clipping by the global norm has
c = min(1, τ/‖Dᵀg‖); a step of given length and a trust region are clipped in this sense as well.

**Tight when** clipping acts and r = 0; in general up to `clipping_law_lower`.

**Not claimed.** Anything on clipping entry by entry or layer by layer.

**Degenerate cases.** g = 0 gives 0 ≤ ητα.

**Source.** Ours; derivation in proofs/deformation/clipping_law.py.
"""

from specbound.core.instance import Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.clipping import BELOW, CLIPPED, DOMAIN, moved_inflated, size_of_step
from specbound.statements.deformations import orthonormal
from specbound.statements.recipes import by_spectrum, entries


def lhs(x: Instance) -> Scalar:
    return x.eta * x.c * x.ops.frobenius_norm(moved_inflated(x))


def rhs(x: Instance) -> Scalar:
    return x.eta * x.tau * x.alpha


def scale(x: Instance) -> Scalar:
    return size_of_step(x) + rhs(x)


statement = Statement(
    id="clipping_law",
    area="deformation",
    claim=r"\forall g, E,\ P^\top P = I,\ Q = I - P P^\top,\ D = \alpha P P^\top + Q E Q,\ \alpha \ge 1,\ "
    r"c\, \|D^\top g\| \le \tau:\ \eta c\, \|P^\top D D^\top g\| \le \eta \tau \alpha",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/clipping_law.py"),
    assumptions=(orthonormal("P"), CLIPPED),
    attained=(
        Example(
            "only what is inflated has a gradient",
            {"g": [[1], [0]], "P": [[1], [0]], "E": [[1, 0], [0, 1]], "alpha": 4, "eta": 1, "tau": 1, "c": 0.25},
        ),
    ),
    mutants=(
        Mutant("not_clipped", "a step of any length", {"assumptions": (orthonormal("P"),)}),
        Mutant("any_columns", "P with any columns", {"assumptions": (CLIPPED,), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant("not_inflated", r"$\eta\tau$ in place of $\eta\tau\alpha$", {"rhs": lambda x: x.eta * x.tau}),
    ),
    recipes=(BELOW, by_spectrum(DOMAIN, orthonormal=("P",))),
)
