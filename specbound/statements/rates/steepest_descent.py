r"""One step of conjugate gradients, steepest descent, shrinks the error by (κ − 1)/(κ + 1) in the norm of the Hessian.

**Claim.** Let μI ⪯ H ⪯ LI be the Hessian of a quadratic with 0 < μ < L, e the distance to the minimum and r = He its
gradient. The step along the gradient that lowers the quadratic most, by rᵀr/(rᵀHr) times r, leaves ‖e₊‖_H² = eᵀHe −
(rᵀr)²/(rᵀHr), and ‖e₊‖_H ≤ (L − μ)/(L + μ) ‖e‖_H. Here the square of that, multiplied by (L + μ)² rᵀHr: (L + μ)² (eᵀHe
· rᵀHr − (rᵀr)²) ≤ (L − μ)² eᵀHe · rᵀHr, for all e and H = μI + (L − μ) KKᵀ with ‖K‖ ≤ 1, of every size. It is
Kantorovich's inequality, 4Lμ rᵀHr · rᵀH⁻¹r ≤ (L + μ)² (rᵀr)².

**Assumes.** Curvature between μ and L, as ‖K‖ ≤ 1 says (`contraction`; mutant `any_curvature`).

**Tight when** r has equal parts along an eigenvector for μ and one for L.

**Not claimed.** The rate of conjugate gradients over N steps, 2((√κ − 1)/(√κ + 1))^N at most (Saad, *Iterative Methods
for Sparse Linear Systems*, 2nd ed. 2003, 6.11.3): its later steps are not those of steepest descent, whose factor this
is at every step.

**Degenerate cases.** r = 0 gives 0 ≤ 0. L = μ, left out here, leads to the minimum in one step.

**Source.** Kantorovich, *Uspekhi Matematicheskikh Nauk* 3, 1948; derivation in proofs/rates/steepest_descent.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.descent import CURVATURE, GAP, inner
from specbound.statements.momentum import CURVATURE_WITHIN, combination, stretched

DOMAIN = Domain({"K": ("n", "m"), "e": ("n", "1")}, numbers={"mu": CURVATURE, "gap": GAP})


def curved(x: Instance, column: Array) -> Array:
    """``H`` times a column."""
    return combination(x, (x.mu, column), (x.gap, x.ops.product(x.K, x.ops.transpose(x.K), column)))


def gradient(x: Instance) -> Array:
    """``r = He``."""
    return curved(x, x.e)


def both(x: Instance) -> Scalar:
    """``eᵀHe · rᵀHr``."""
    r = gradient(x)
    return inner(x, x.e, r) * inner(x, r, curved(x, r))


def twice_middle(x: Instance) -> Scalar:
    """``L + μ``."""
    return 2 * x.mu + x.gap


def lhs(x: Instance) -> Scalar:
    r = gradient(x)
    return twice_middle(x) ** 2 * (both(x) - inner(x, r, r) ** 2)


def rhs(x: Instance) -> Scalar:
    return x.gap**2 * both(x)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    largest = x.mu + x.gap * (1 + norm(x.K) ** 2)
    return twice_middle(x) ** 2 * largest**4 * norm(x.e) ** 4


statement = Statement(
    id="steepest_descent",
    area="rates",
    claim=r"\forall e,\ \mu I \preceq H \preceq L I,\ 0 < \mu < L,\ r = H e:\ "
    r"(L + \mu)^2 \big(e^\top H e \cdot r^\top H r - (r^\top r)^2\big) \le (L - \mu)^2\, e^\top H e \cdot r^\top H r",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Kantorovich", "Functional Analysis and Applied Mathematics", 1948, "Uspekhi Mat. Nauk 3"),
    assumptions=(CURVATURE_WITHIN,),
    attained=(
        Example("equal parts of the gradient, κ = 3", {"K": [[1], [0]], "e": [[1], [3]], "mu": 1, "gap": 2}),
        Example("at the minimum", {"K": [[1]], "e": [[0]], "mu": 1, "gap": 2}),
    ),
    mutants=(
        Mutant(
            "any_curvature",
            "curvature beyond L",
            {"assumptions": (), "lhs": lambda x: lhs(stretched(x)), "rhs": lambda x: rhs(stretched(x))},
        ),
        Mutant("tightened", r"$0.9 (L - \mu)^2$ on the right", {"rhs": lambda x: 0.9 * rhs(x)}),
        Mutant(
            "root_of_the_condition",
            r"$(L - \mu)^4/(L + \mu)^4$ as the factor",
            {"lhs": lambda x: twice_middle(x) ** 2 * lhs(x), "rhs": lambda x: x.gap**2 * rhs(x)},
        ),
    ),
)
