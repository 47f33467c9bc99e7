r"""Newton's method converges quadratically near a minimizer with a positive definite Hessian.

**Claim.** Let ∇f(x*) = 0, ∇²f(x*) ⪰ μI and ∇²f be M-Lipschitz. A step x₊ = x − ∇²f(x)⁻¹ ∇f(x) from e = x − x* with
M‖e‖ < μ leads to ‖x₊ − x*‖ ≤ (M/2)‖e‖² / (μ − M‖e‖), here multiplied by μ − M‖e‖. An instance is the Hessian
μI + CᵀC at x*, H = μI + CᵀC + M‖e‖X at x, and the average B = H − (M/2)‖e‖Y of the Hessians between, for which
∇f(x) = Be, so that x₊ − x* = H⁻¹(H − B)e.

**Assumes.** ‖X‖ ≤ 1 and ‖Y‖ ≤ 1 (`lipschitz`; mutant `any_change`): ‖∇²f(x) − ∇²f(x*)‖ ≤ M‖e‖, and on average over the
way, where the distance from x falls from ‖e‖ to 0, ‖H − B‖ ≤ M‖e‖/2. M‖e‖ < μ (`inside`), so that H has an inverse.

**Tight when** f' = μx − (M/2)x|x|, for every x with M|x| < μ: M/2 cannot be improved (mutant `quarter`).

**Not claimed.** Anything where the Hessian at the minimizer is singular: a model with an inserted layer has no other
minima (`gauge_nullity`).

**Degenerate cases.** e = 0 gives 0 ≤ 0.

**Source.** Nesterov, *Introductory Lectures on Convex Optimization*, 2004, Theorem 1.2.5; derivation in
proofs/rates/newton_local.py.
"""

from specbound.core.instance import Instance
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.newton import LIPSCHITZ, NEAR, error_after, near, reach
from specbound.statements.newton import scale as scale_of_step


def margin(x: Instance) -> Scalar:
    """``μ − M‖e‖``, a lower bound on the eigenvalues of H."""
    return x.mu - reach(x)


def lhs(x: Instance) -> Scalar:
    return margin(x) * x.ops.frobenius_norm(error_after(x))


def rhs(x: Instance) -> Scalar:
    return reach(x) / 2 * x.ops.frobenius_norm(x.e)


def scale(x: Instance) -> Scalar:
    return abs(margin(x)) * scale_of_step(x, abs(margin(x))) + rhs(x)


INSIDE = Assumption("inside", "the Hessian may be singular farther away", lambda x: reach(x) < x.mu)

statement = Statement(
    id="newton_local",
    area="rates",
    claim=r"\forall f,\ \nabla f(x^*) = 0,\ \nabla^2 f(x^*) \succeq \mu I,\ \nabla^2 f\ M\text{-Lipschitz},\ "
    r"e = x - x^*,\ M \|e\| < \mu:\ "
    r"(\mu - M \|e\|)\, \big\|x - \nabla^2 f(x)^{-1} \nabla f(x) - x^*\big\| \le \tfrac{M}{2} \|e\|^2",
    domain=NEAR,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Nesterov", "Introductory Lectures on Convex Optimization", 2004, "Theorem 1.2.5"),
    assumptions=(LIPSCHITZ, INSIDE),
    attained=(
        Example("one variable", {"C": [[0]], "X": [[-1]], "Y": [[-1]], "e": [[1]], "mu": 3, "M": 2}),
        Example(
            "beside a stiff direction",
            {"C": [[0, 0], [0, 2]], "X": [[-1, 0], [0, 1]], "Y": [[1, 0], [0, 0]], "e": [[2], [0]], "mu": 5, "M": 1},
        ),
    ),
    mutants=(
        Mutant(
            "any_change",
            "any Hessian at x, and any on average",
            {"assumptions": (INSIDE,), "recipes": (near(1.0, 0.01, stretch=2.0),)},
        ),
        Mutant("quarter", "$M/4$ in place of $M/2$", {"rhs": lambda x: rhs(x) / 2}),
        Mutant(
            "curvature_kept",
            r"$\mu$ in place of $\mu - M \|e\|$",
            {"lhs": lambda x: x.mu * x.ops.frobenius_norm(error_after(x))},
        ),
    ),
    recipes=(near(1.0, 0.01),),
)
