r"""A step of gradient descent shorter than 2/L lowers the function, by a stated part of the squared gradient.

**Claim.** Let f have a gradient with the Lipschitz constant L. Then for all x and η > 0, with g = ∇f(x):
f(x − ηg) ≤ f(x) − η (1 − Lη/2) ‖g‖². Here: the change of f, −η ‖g‖² + ½ η² gᵀMg with the averaged Hessian M = L E of
specbound/statements/descent.py, for all g and all E with ‖E‖ ≤ 1, of every size. The best step by this bound is 1/L,
with a decrease of ‖g‖²/(2L).

**Assumes.** ‖E‖ ≤ 1 (`contraction`; mutant `any_curvature`): curvature is at most L.

**Tight when** the gradient is an eigenvector of curvature L, constant on the segment: so the loss rises for η > 2/L.

**Not claimed.** That the loss rises for η > 2/L: along flatter directions it falls, and it may fall later.

**Degenerate cases.** g = 0 gives 0 ≤ 0. At η = 2/L the bound is that f does not rise.

**Source.** Nesterov, *Introductory Lectures on Convex Optimization*, 2004, 1.2.3; derivation in
proofs/rates/gd_descent.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.descent import CURVATURE, RATE, WITHIN_BOUNDS, form, inner
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain({"E": ("n", "n"), "g": ("n", "1")}, numbers={"L": CURVATURE, "eta": RATE})


def lhs(x: Instance) -> Scalar:
    return x.eta**2 * x.L * form(x, x.E, x.g) / 2 - x.eta * inner(x, x.g, x.g)


def rhs(x: Instance) -> Scalar:
    return -x.eta * (1 - x.L * x.eta / 2) * inner(x, x.g, x.g)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return x.eta * (1 + x.L * x.eta * (1 + norm(x.E))) * norm(x.g) ** 2


statement = Statement(
    id="gd_descent",
    area="rates",
    claim=r"\forall g,\ M = L E,\ \|E\| \le 1,\ L, \eta > 0:\ "
    r"-\eta \|g\|^2 + \tfrac12 \eta^2 g^\top M g \le -\eta \big(1 - \tfrac{L\eta}{2}\big) \|g\|^2",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Nesterov", "Introductory Lectures on Convex Optimization", 2004, "1.2.3"),
    assumptions=(WITHIN_BOUNDS,),
    attained=(
        Example("a step of 1/L", {"E": [[1, 0], [0, -1]], "g": [[3], [0]], "L": 4, "eta": 0.25}),
        Example("a step of 2/L, which changes nothing", {"E": [[1]], "g": [[3]], "L": 4, "eta": 0.5}),
    ),
    mutants=(
        Mutant("any_curvature", "E of any norm", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant(
            "steps_up_to_four",
            r"$L\eta/4$ in place of $L\eta/2$",
            {"rhs": lambda x: -x.eta * (1 - x.L * x.eta / 4) * inner(x, x.g, x.g)},
        ),
        Mutant("first_order", r"$-\eta \|g\|^2$ on the right", {"rhs": lambda x: -x.eta * inner(x, x.g, x.g)}),
    ),
    recipes=(by_spectrum(DOMAIN),),
)
