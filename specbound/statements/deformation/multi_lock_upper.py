r"""Several locks together make no curvature grow by more than the square of the largest factor.

**Claim.** As in `multi_lock`, with α A in place of A, where α is the largest factor: let M be the Hessian of the model
with identity layers inserted, V orthonormal columns that span what the locks inflate, and
D = α V A Vᵀ + (I − V Vᵀ) E (I − V Vᵀ). For all M, all α ≥ 1 and all A, E with ‖A‖ ≤ 1, ‖E‖ ≤ 1:
σ₁(Dᵀ M D) ≤ α² σ₁(M). For locks, α A is diagonal with the factors α_i, and α² = max α_i².

**Assumes.** Orthonormal columns of V (`orthonormal_columns`; mutant `any_columns`), ‖A‖ ≤ 1 and ‖E‖ ≤ 1
(`contraction`; mutant `stretched_rest`), and that the largest factor is at least 1; others may be below.

**Tight when** the largest factor meets the top of the spectrum.

**Not claimed.** That σ₁ is near this bound.

**Degenerate cases.** A = I is `quadratic_law_crude`.

**Source.** Ours; derivation in proofs/deformation/multi_lock_upper.py.
"""

from fractions import Fraction

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import (
    INFLATION,
    SEVERAL,
    congruent,
    contraction,
    orthonormal,
    size_of_congruent,
)
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(SEVERAL, numbers={"alpha": INFLATION})


def locked(x: Instance, elsewhere: Array) -> Scalar:
    return x.ops.singular_value(congruent(x, x.V, x.ops.scaled(x.alpha, x.A), elsewhere), 0)


def lhs(x: Instance) -> Scalar:
    return locked(x, x.E)


def rhs(x: Instance) -> Scalar:
    return x.alpha**2 * x.ops.singular_value(x.M, 0)


def scale(x: Instance) -> Scalar:
    return x.alpha**2 * size_of_congruent(x)


statement = Statement(
    id="multi_lock_upper",
    area="deformation",
    claim=r"\forall M,\ V^\top V = I,\ \|A\| \le 1,\ \|E\| \le 1,\ \alpha \ge 1,\ "
    r"D = \alpha V A V^\top + (I - V V^\top) E (I - V V^\top):\ \sigma_1(D^\top M D) \le \alpha^2\, \sigma_1(M)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/multi_lock_upper.py"),
    assumptions=(orthonormal("V"), contraction("A", "E")),
    attained=(
        Example(
            "two locks, the larger one at the top of the spectrum",
            {
                "M": [[2, 0, 0], [0, 1, 0], [0, 0, 1]],
                "V": [[1, 0], [0, 1], [0, 0]],
                "A": [[1, 0], [0, Fraction(1, 2)]],
                "E": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
                "alpha": 10,
            },
        ),
    ),
    mutants=(
        Mutant(
            "any_columns",
            "V with any columns",
            {"assumptions": (contraction("A", "E"),), "recipes": (entries(DOMAIN, size=3),)},
        ),
        Mutant(
            "stretched_rest",
            r"$2\alpha E$ in place of $E$",
            {"lhs": lambda x: locked(x, x.ops.scaled(2 * x.alpha, x.E))},
        ),
        Mutant("linear", r"$\alpha$ in place of $\alpha^2$", {"rhs": lambda x: rhs(x) / x.alpha}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("V",)),),
)
