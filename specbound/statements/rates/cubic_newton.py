r"""A step of the cubically regularized Newton method lowers the value by the cube of its length.

**Claim.** Let ∇²f be L-Lipschitz, g and H gradient and Hessian at x, and s a minimizer of gᵀs + sᵀHs/2 + (M/6)‖s‖³,
M > 0. Then f(x) − f(x + s) ≥ (3M − 2L)/12 ‖s‖³. For M ≥ L, as the method has it, that is at least (M/12)‖s‖³; it is
positive as soon as M > 2L/3. An instance has H = CᵀC − (M/2)‖s‖I, g = −Hs − (M/2)‖s‖s, and
f(x + s) = f(x) + gᵀs + sᵀHs/2 + (L/6)‖s‖³ρ.

**Assumes.** −1 ≤ ρ ≤ 1 (`lipschitz`; mutant `any_value`), which is what the Hessian says of the value. H + (M/2)‖s‖I is
positive semidefinite, which holds at every minimizer of the model (Nesterov & Polyak, Theorem 10) and not at its other
stationary points (mutant `stationary`): it holds by construction.

**Tight when** ρ = 1 and Cs = 0: in one variable f(t) = −(M/4)t² + (L/6)|t|³ from the saddle 0 with s = 1, where g = 0.

**Not claimed.** How the minimizer is found.

**Degenerate cases.** s = 0 gives 0 ≥ 0.

**Source.** Nesterov & Polyak, *Mathematical Programming* 108, 2006, Lemma 4, which has M ≥ L and (M/12)‖s‖³; derivation
in proofs/rates/cubic_newton.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.newton import CUBIC, weight
from specbound.statements.recipes import by_spectrum, entries
from specbound.statements.runs import inner, square

POSITIVE = Number(low=0.0, searched=(0.1, 10.0))

DOMAIN = Domain({**CUBIC, "rho": ("1", "1")}, numbers={"M": POSITIVE, "L": POSITIVE})


def excess(x: Instance) -> Array:
    """``CᵀC``, by which H exceeds ``−(M/2)‖s‖I``."""
    return x.ops.product(x.ops.transpose(x.C), x.C)


def decrease(x: Instance, above: Array) -> Scalar:
    """``f(x) − f(x + s)``. ``above``: by what H exceeds ``−(M/2)‖s‖I``."""
    ops = x.ops
    hessian = ops.difference(above, ops.scaled(weight(x), ops.identity(x.C)))
    bent = ops.product(hessian, x.s)
    gradient = ops.scaled(-1, ops.sum(bent, ops.scaled(weight(x), x.s)))
    cube = x.L / 6 * ops.frobenius_norm(x.s) ** 3 * ops.entry(x.rho)
    return -inner(ops, gradient, x.s) - inner(ops, bent, x.s) / 2 - cube


def lhs(x: Instance) -> Scalar:
    return decrease(x, excess(x))


def rhs(x: Instance) -> Scalar:
    return (3 * x.M - 2 * x.L) / 12 * x.ops.frobenius_norm(x.s) ** 3


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    cubes = (x.M + x.L * (1 + norm(x.rho))) * norm(x.s) ** 3
    return cubes + norm(x.C) ** 2 * square(x.ops, x.s)


LIPSCHITZ = Assumption("lipschitz", "the value may otherwise be any", lambda x: x.ops.bounded(x.rho))

statement = Statement(
    id="cubic_newton",
    area="rates",
    claim=r"\forall f,\ \nabla^2 f\ L\text{-Lipschitz},\ M > 0,\ "
    r"s \in \arg\min_s\, g^\top s + \tfrac12 s^\top H s + \tfrac{M}{6} \|s\|^3:\ "
    r"f(x) - f(x + s) \ge \tfrac{3M - 2L}{12} \|s\|^3",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source("Nesterov & Polyak", "Cubic regularization of Newton method", 2006, "Math. Program. 108, Lemma 4"),
    assumptions=(LIPSCHITZ,),
    attained=(
        Example("from a saddle", {"C": [[0]], "s": [[1]], "rho": [[1]], "M": 2, "L": 2}),
        Example("beside a valley", {"C": [[0, 0], [0, 3]], "s": [[2], [0]], "rho": [[1]], "M": 3, "L": 1}),
    ),
    mutants=(
        Mutant(
            "without_l",
            r"$\tfrac{M}{12}\|s\|^3$ for all $M$",
            {"rhs": lambda x: x.M / 12 * x.ops.frobenius_norm(x.s) ** 3},
        ),
        Mutant(
            "quarter",
            "$(3M - L)/12$ in place of $(3M - 2L)/12$",
            {"rhs": lambda x: rhs(x) + x.L / 12 * x.ops.frobenius_norm(x.s) ** 3},
        ),
        Mutant(
            "stationary",
            "any stationary point of the model",
            {"lhs": lambda x: decrease(x, x.ops.scaled(-1, excess(x)))},
        ),
        Mutant(
            "any_value",
            r"$\rho$ up to 2",
            {"lhs": lambda x: lhs(Instance(x.ops, {**x.values, "rho": x.ops.scaled(2, x.rho)}))},
        ),
    ),
    recipes=(by_spectrum(DOMAIN), entries(DOMAIN, size=4)),
)
