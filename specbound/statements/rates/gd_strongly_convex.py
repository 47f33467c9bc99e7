r"""A step of gradient descent on a strongly convex function multiplies the distance to the minimum by a known factor.

**Claim.** Let μI ⪯ ∇²f ⪯ LI with 0 < μ ≤ L, let x* be the minimum and e = x − x*. Then for every x and η > 0: ‖x −
η∇f(x) − x*‖ ≤ max(|1 − ημ|, |1 − ηL|) ‖x − x*‖. Here: ∇f(x) = Me with the averaged Hessian M = ½(L + μ) I + ½(L − μ) E
of specbound/statements/descent.py, for all e and all E with ‖E‖ ≤ 1, of every size, and L = μ + gap. The maximum is
written ½ (|2 − η(L + μ)| + η(L − μ)), which is the same. Distances of two points that take the step obey it as well:
for them M is the average between the two.

**Assumes.** ‖E‖ ≤ 1 (`contraction`; mutant `any_curvature`): curvature is between μ and L.

**Tight when** e is an eigenvector of curvature μ and η ≤ 2/(L + μ), or of curvature L and η ≥ 2/(L + μ).

**Not claimed.** Convergence for every η: the factor is below 1 for η < 2/L only.

**Degenerate cases.** L = μ gives |1 − ηL|, and μ = 0 gives max(1, ηL − 1), no convergence; both are left out here, and
both sides are continuous there.

**Source.** Polyak, *Introduction to Optimization*, 1987, 1.4.2, Theorem 3; derivation in
proofs/rates/gd_strongly_convex.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.descent import CURVATURE, GAP, RATE, WITHIN_BOUNDS
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain({"E": ("n", "n"), "e": ("n", "1")}, numbers={"mu": CURVATURE, "gap": GAP, "eta": RATE})


def beyond_middle(x: Instance) -> Scalar:
    """``2 − η(L + μ)``: the sum of ``1 − ημ`` and ``1 − ηL``."""
    return 2 - x.eta * (2 * x.mu + x.gap)


def apart(x: Instance) -> Scalar:
    """``η(L − μ)``: their difference."""
    return x.eta * x.gap


def moved(x: Instance) -> Array:
    """``2 (e − ηMe)``."""
    ops = x.ops
    return ops.difference(ops.scaled(beyond_middle(x), x.e), ops.scaled(apart(x), ops.product(x.E, x.e)))


def lhs(x: Instance) -> Scalar:
    return x.ops.frobenius_norm(moved(x)) / 2


def rhs(x: Instance) -> Scalar:
    return (abs(beyond_middle(x)) + apart(x)) / 2 * x.ops.frobenius_norm(x.e)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return (1 + x.eta * (2 * x.mu + x.gap) * (1 + norm(x.E))) * norm(x.e)


statement = Statement(
    id="gd_strongly_convex",
    area="rates",
    claim=r"\forall e,\ M = \tfrac{L + \mu}{2} I + \tfrac{L - \mu}{2} E,\ \|E\| \le 1,\ 0 < \mu \le L,\ \eta > 0:\ "
    r"\|e - \eta M e\| \le \max(|1 - \eta\mu|, |1 - \eta L|)\, \|e\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Polyak", "Introduction to Optimization", 1987, "1.4.2, Theorem 3"),
    assumptions=(WITHIN_BOUNDS,),
    attained=(
        Example(
            "the flattest direction, a short step",
            {"E": [[1, 0], [0, -1]], "e": [[0], [2]], "mu": 1, "gap": 2, "eta": 0.25},
        ),
        Example(
            "the most curved direction, a long step",
            {"E": [[1, 0], [0, -1]], "e": [[2], [0]], "mu": 1, "gap": 2, "eta": 1},
        ),
        Example("both, at the best step", {"E": [[1, 0], [0, -1]], "e": [[3], [4]], "mu": 1, "gap": 2, "eta": 0.5}),
    ),
    mutants=(
        Mutant("any_curvature", "E of any norm", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant(
            "flattest_only",
            r"$|1 - \eta\mu|$ in place of the maximum",
            {"rhs": lambda x: abs(1 - x.eta * x.mu) * x.ops.frobenius_norm(x.e)},
        ),
        Mutant(
            "most_curved_only",
            r"$|1 - \eta L|$ in place of the maximum",
            {"rhs": lambda x: abs(1 - x.eta * (x.mu + x.gap)) * x.ops.frobenius_norm(x.e)},
        ),
        Mutant(
            "middle_only",
            r"$|1 - \eta(L + \mu)/2|$ in place of the maximum",
            {"rhs": lambda x: abs(beyond_middle(x)) / 2 * x.ops.frobenius_norm(x.e)},
        ),
    ),
    recipes=(by_spectrum(DOMAIN),),
)
