r"""On the worst quadratic function no method that moves along gradients is faster than 1/N² in N steps.

**Claim.** Let f(x) = (L/8)(x₁² + Σ_{i<d} (x_i − x_{i+1})² + x_d² − 2x₁) in d = 2N + 1 variables, convex with
L-Lipschitz gradient. Its minimizer is x*_i = 1 − i/(2N + 2), so that f* = −(L/8)(2N + 1)/(2N + 2) and
‖x*‖² = R² = (2N + 1)(4N + 3)/(12(N + 1)). Begun at 0, a method whose points stay in the span of the gradients met so
far has, after N steps, moved in the first N variables only: each gradient reaches one variable beyond the point. So its
value is that of some row X of N numbers, and for all of them f(X, 0, …, 0) − f* ≥ 3LR²/(4(2N + 1)(4N + 3)), which is
L/(16(N + 1)), here multiplied by 4(N + 1)(2N + 1)(4N + 3). In particular it is at least 3LR²/(32(N + 1)²), as usually
stated, because (2N + 1)(4N + 3) ≤ 8(N + 1)².

**Assumes.** Nothing else. That the last coordinates stay 0 is in the formula: with one more variable to move in it is
false (mutant `one_variable_more`).

**Tight when** X_i = 1 − i/(N + 1), the best point in the first N variables, which conjugate gradients reach: on this
function the constant cannot be improved, and the usual one is too small by a factor of 8(N + 1)²/((2N + 1)(4N + 3)).

**Not claimed.** That this is the worst function for all methods of the kind: Drori (*Journal of Complexity* 39, 2017)
has the exact minimax value, which is larger.

**Degenerate cases.** N = 0, no step, is not covered: there is no X.

**Source.** Nesterov, *Introductory Lectures on Convex Optimization*, 2004, Theorem 2.1.7; derivation in
proofs/rates/first_order_lower.py.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from array_api_compat import array_namespace

from specbound.core.instance import Domain, Instance
from specbound.core.recipe import Recipe
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Ops, Scalar
from specbound.statements.recipes import entries
from specbound.statements.runs import SMOOTHNESS

DOMAIN = Domain({"X": ("1", "N")}, numbers={"L": SMOOTHNESS})


def count(x: Instance) -> Any:
    """N, the number of steps and of variables that they move."""
    return x.X.shape[-1]


def variable(x: Instance, index: Any) -> Scalar:
    """The variable with that index, counted from 0."""
    return x.ops.entry(x.ops.column(x.X, index))


def squared_change(x: Instance, index: Any) -> Scalar:
    """The square of the difference between a variable and the next."""
    return (variable(x, index) - variable(x, index + 1)) ** 2


def squares(x: Instance) -> Scalar:
    """The sum of all squares in f, in units of L/8."""
    ends = variable(x, 0) ** 2 + variable(x, count(x) - 1) ** 2
    return ends + x.ops.sum_over(lambda index: squared_change(x, index), count(x) - 1)


def factor(n: Any) -> Any:
    return (2 * n + 1) * (4 * n + 3)


def above_least(x: Instance, steps: Any) -> Scalar:
    """``16 (steps + 1) (f − f*)``, for the function with ``2 steps + 1`` variables."""
    return x.L * (2 * (steps + 1) * (squares(x) - 2 * variable(x, 0)) + 2 * steps + 1)


def of_distance(x: Instance, steps: Any) -> Scalar:
    """``3 (steps + 1) L R²``."""
    return 3 * x.L * factor(steps) / 12


def lhs(x: Instance) -> Scalar:
    return factor(count(x)) * above_least(x, count(x)) / 4


def rhs(x: Instance) -> Scalar:
    return of_distance(x, count(x))


def without_end(x: Instance) -> Scalar:
    """The left side without ``x_N²``, as if the next variable could follow."""
    n = count(x)
    return lhs(x) - factor(n) * x.L * (n + 1) / 2 * variable(x, n - 1) ** 2


def one_variable_more(x: Instance) -> Scalar:
    """The left side where the row is one variable longer than the steps allow."""
    steps = count(x) - 1
    return factor(steps) * above_least(x, steps) / 4


def scale(x: Instance) -> Scalar:
    n, norm = count(x), x.ops.frobenius_norm(x.X)
    return factor(n) * x.L * (n + 1) * (1 + norm) ** 2


def around_best(size: int) -> Recipe:
    """Instances that are told by how far they lie from the best point in the first N variables."""
    drawn = entries(DOMAIN, size=size)

    def build(values: Mapping[str, Any], ops: Ops | None) -> Instance:
        x = drawn.build(values, ops)
        n = count(x)
        xp: Any = array_namespace(x.X)
        best = xp.asarray([[1 - (i + 1) / (n + 1) for i in range(n)]], dtype=x.X.dtype, device=x.X.device)
        return replace(x, values={**x.values, "X": best + x.X})

    return replace(drawn, name="around_best", build=build)


statement = Statement(
    id="first_order_lower",
    area="rates",
    claim=r"\forall N,\ f(x) = \tfrac{L}{8} \big(x_1^2 + \sum_{i \le 2N} (x_i - x_{i+1})^2 + x_{2N+1}^2 - 2 x_1\big),\ "
    r"x_{N+1} = \dots = x_{2N+1} = 0:\ f(x) - f^* \ge \tfrac{3L\, \|x^*\|^2}{4 (2N + 1)(4N + 3)} = "
    r"\tfrac{L}{16 (N + 1)}",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source("Nesterov", "Introductory Lectures on Convex Optimization", 2004, "Theorem 2.1.7"),
    attained=(
        Example("one step", {"X": [[0.5]], "L": 1}),
        Example("three steps", {"X": [[0.75, 0.5, 0.25]], "L": 2}),
    ),
    mutants=(
        Mutant("better_constant", r"$1.01$ times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
        Mutant("no_end", r"without $x_N^2$", {"lhs": without_end}),
        Mutant(
            "one_variable_more",
            "$N + 1$ variables moved in $N$ steps",
            {"lhs": one_variable_more, "rhs": lambda x: of_distance(x, count(x) - 1)},
        ),
    ),
    recipes=(around_best(6), entries(DOMAIN, size=6)),
)
