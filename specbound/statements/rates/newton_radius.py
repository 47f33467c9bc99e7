r"""Within 2μ/(3M) of a minimizer, a step of Newton's method leads no farther away.

**Claim.** With f, μ, M, e as in `newton_local`: where ‖e‖ ≤ 2μ/(3M), a step leads to ‖x₊ − x*‖ ≤ ‖e‖, and strictly
inside to ‖x₊ − x*‖ < ‖e‖, so that the iterates converge, quadratically by `newton_local`.

**Assumes.** ‖X‖ ≤ 1 and ‖Y‖ ≤ 1, as in `newton_local` (`lipschitz`; mutant `any_change`), and 3M‖e‖ ≤ 2μ (`within`;
mutant `farther`).

**Tight when** f' = μx − (M/2)x|x| and |x| = 2μ/(3M): the iterates jump between 2μ/(3M) and −2μ/(3M) for ever. So
2/3 cannot be improved.

**Not claimed.** That farther away the method fails.

**Degenerate cases.** e = 0 gives 0 ≤ 0.

**Source.** Nesterov, *Introductory Lectures on Convex Optimization*, 2004, Theorem 1.2.5; derivation in
proofs/rates/newton_radius.py.
"""

from specbound.core.instance import Instance
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.newton import LIPSCHITZ, NEAR, error_after, near, reach
from specbound.statements.newton import scale as scale_of_step


def lhs(x: Instance) -> Scalar:
    return x.ops.frobenius_norm(error_after(x))


def rhs(x: Instance) -> Scalar:
    return x.ops.frobenius_norm(x.e)


def scale(x: Instance) -> Scalar:
    return rhs(x) + scale_of_step(x, x.mu / 3)


WITHIN = Assumption("within", "a step from farther away may lead away", lambda x: 3 * reach(x) <= 2 * x.mu)

statement = Statement(
    id="newton_radius",
    area="rates",
    claim=r"\forall f,\ \nabla f(x^*) = 0,\ \nabla^2 f(x^*) \succeq \mu I,\ \nabla^2 f\ M\text{-Lipschitz},\ "
    r"3M\, \|x - x^*\| \le 2\mu:\ \big\|x - \nabla^2 f(x)^{-1} \nabla f(x) - x^*\big\| \le \|x - x^*\|",
    domain=NEAR,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Nesterov", "Introductory Lectures on Convex Optimization", 2004, "Theorem 1.2.5"),
    assumptions=(LIPSCHITZ, WITHIN),
    attained=(
        Example("iterates that jump to and fro", {"C": [[0]], "X": [[-1]], "Y": [[-1]], "e": [[1]], "mu": 3, "M": 2}),
    ),
    mutants=(
        Mutant(
            "any_change",
            "any Hessian at x, and any on average",
            {"assumptions": (WITHIN,), "recipes": (near(2 / 3, 0.001, stretch=2.0),)},
        ),
        Mutant(
            "farther",
            r"$4M \|e\| \le 3\mu$ in place of $3M \|e\| \le 2\mu$",
            {
                "assumptions": (
                    LIPSCHITZ,
                    Assumption("farther", "as far as that", lambda x: 4 * reach(x) <= 3 * x.mu),
                ),
                "recipes": (near(0.75, 0.001),),
            },
        ),
        Mutant("nearer", r"$0.9\, \|e\|$ on the right", {"rhs": lambda x: 0.9 * rhs(x)}),
    ),
    recipes=(near(2 / 3, 0.001),),
)
