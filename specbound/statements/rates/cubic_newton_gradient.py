r"""A step of the cubically regularized Newton method leaves a gradient of at most the square of its length.

**Claim.** Let ∇²f be L-Lipschitz, g and H gradient and Hessian at x, and s a stationary point of
gᵀs + sᵀHs/2 + (M/6)‖s‖³. Then ‖∇f(x + s)‖ ≤ ((L + M)/2)‖s‖². With `cubic_newton`, for M = L: every step lowers the
value by at least (L/12)(‖∇f(x + s)‖/L)^{3/2}. An instance has any H = C, and ∇f(x + s) = g + Hs + (L/2)‖s‖Rs.

**Assumes.** ‖R‖ ≤ 1 (`lipschitz`; mutant `any_change`): on average between x and x + s, the Hessian changes by at most
(L/2)‖s‖. Stationarity is in the formula: g = −Hs − (M/2)‖s‖s.

**Tight when** R = −I: f(t) = −(L/6)|t|³ along s, beside a quadratic function.

**Not claimed.** That both this and `cubic_newton` are attained by one step.

**Degenerate cases.** s = 0 gives 0 ≤ 0.

**Source.** Nesterov & Polyak, *Mathematical Programming* 108, 2006, Lemma 3; derivation in
proofs/rates/cubic_newton_gradient.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.newton import CUBIC, weight
from specbound.statements.rates.cubic_newton import POSITIVE
from specbound.statements.recipes import by_spectrum
from specbound.statements.runs import square

DOMAIN = Domain({**CUBIC, "R": ("n", "n")}, numbers={"M": POSITIVE, "L": POSITIVE})


def gradient_after(x: Instance, change: Array) -> Array:
    """``g + Hs + (L/2)‖s‖ change s``."""
    ops = x.ops
    bent = ops.product(x.C, x.s)
    gradient = ops.scaled(-1, ops.sum(bent, ops.scaled(weight(x), x.s)))
    beyond = ops.scaled(x.L / 2 * ops.frobenius_norm(x.s), ops.product(change, x.s))
    return ops.sum(gradient, bent, beyond)


def lhs(x: Instance) -> Scalar:
    return x.ops.frobenius_norm(gradient_after(x, x.R))


def rhs(x: Instance) -> Scalar:
    return (x.L + x.M) / 2 * square(x.ops, x.s)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return (x.M + x.L * (1 + norm(x.R))) * square(x.ops, x.s) + norm(x.C) * norm(x.s)


statement = Statement(
    id="cubic_newton_gradient",
    area="rates",
    claim=r"\forall f,\ \nabla^2 f\ L\text{-Lipschitz},\ M > 0,\ g + H s + \tfrac{M}{2} \|s\|\, s = 0:\ "
    r"\|\nabla f(x + s)\| \le \tfrac{L + M}{2} \|s\|^2",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Nesterov & Polyak", "Cubic regularization of Newton method", 2006, "Math. Program. 108, Lemma 3"),
    assumptions=(Assumption("lipschitz", "the gradient may otherwise be any", lambda x: x.ops.contraction(x.R)),),
    attained=(Example("a cubic decrease", {"C": [[1]], "s": [[2]], "R": [[-1]], "M": 3, "L": 1}),),
    mutants=(
        Mutant(
            "any_change",
            r"$\|R\|$ up to 2",
            {"lhs": lambda x: x.ops.frobenius_norm(gradient_after(x, x.ops.scaled(2, x.R)))},
        ),
        Mutant("third", r"$(L + M)/3$ in place of $(L + M)/2$", {"rhs": lambda x: rhs(x) * 2 / 3}),
        Mutant("of_m_alone", "$M$ in place of $(L + M)/2$", {"rhs": lambda x: x.M * square(x.ops, x.s)}),
    ),
    recipes=(by_spectrum(DOMAIN),),
)
