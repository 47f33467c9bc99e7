r"""A function whose curvature is at most L stays below its tangent plane and a paraboloid of that curvature.

**Claim.** Let f have a gradient with the Lipschitz constant L. Then for all x and s, with g = ∇f(x):
f(x + s) ≤ f(x) + gᵀs + (L/2) ‖s‖². Here: the change of f, gᵀs + ½ sᵀMs with the averaged Hessian M = L E of
specbound/statements/descent.py, for all g, s and all E with ‖E‖ ≤ 1, of every size. The same with −E is the bound from
below.

**Assumes.** ‖E‖ ≤ 1 (`contraction`; mutant `any_curvature`): curvature of either sign is at most L. Only M ⪯ LI is
used, so that a function that curves downward without bound obeys the upper bound as well.

**Tight when** s points along an eigenvector of curvature L, constant on the segment.

**Not claimed.** That a step of length 1/L is the best one.

**Degenerate cases.** s = 0 gives 0 ≤ 0; L = 0, a linear function, is left out, and obeys it with equality.

**Source.** Nesterov, *Introductory Lectures on Convex Optimization*, 2004, Lemma 1.2.3; derivation in
proofs/rates/descent_lemma.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.descent import CURVATURE, WITHIN_BOUNDS, form, inner
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain({"E": ("n", "n"), "g": ("n", "1"), "s": ("n", "1")}, numbers={"L": CURVATURE})


def lhs(x: Instance) -> Scalar:
    return inner(x, x.g, x.s) + x.L * form(x, x.E, x.s) / 2


def bound(x: Instance, divisor: int) -> Scalar:
    """``gᵀs + L ‖s‖² / divisor``."""
    return inner(x, x.g, x.s) + x.L * inner(x, x.s, x.s) / divisor


def rhs(x: Instance) -> Scalar:
    return bound(x, 2)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return norm(x.g) * norm(x.s) + x.L * (1 + norm(x.E)) * norm(x.s) ** 2


statement = Statement(
    id="descent_lemma",
    area="rates",
    claim=r"\forall g, s,\ M = L E,\ \|E\| \le 1,\ L > 0:\ "
    r"g^\top s + \tfrac12 s^\top M s \le g^\top s + \tfrac{L}{2} \|s\|^2",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Nesterov", "Introductory Lectures on Convex Optimization", 2004, "Lemma 1.2.3"),
    assumptions=(WITHIN_BOUNDS,),
    attained=(
        Example("curvature L along the step", {"E": [[1, 0], [0, -1]], "g": [[3], [1]], "s": [[2], [0]], "L": 4}),
    ),
    mutants=(
        Mutant("any_curvature", "E of any norm", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant("quarter", r"$L/4$ in place of $L/2$", {"rhs": lambda x: bound(x, 4)}),
        Mutant("first_order", "without the paraboloid", {"rhs": lambda x: inner(x, x.g, x.s)}),
    ),
    recipes=(by_spectrum(DOMAIN),),
)
