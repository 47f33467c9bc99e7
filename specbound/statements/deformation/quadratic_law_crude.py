r"""A lock makes no curvature grow by more than α².

**Claim.** As in `quadratic_law`, let M be the Hessian of the identity-inserted model, P orthonormal columns that span
what the lock inflates, and D = α P Pᵀ + (I − P Pᵀ) E (I − P Pᵀ). For all M, all α ≥ 1 and all E with ‖E‖ ≤ 1:
σ₁(Dᵀ M D) ≤ α² σ₁(M).

**Assumes.** Orthonormal columns of P (`orthonormal_columns`; mutant `any_columns`), ‖E‖ ≤ 1 (`contraction`; mutant
`stretched_rest`), and α ≥ 1: what is not inflated is contracted by no certain amount (mutant `deflated`).

**Tight when** σ₁(Pᵀ M P) = σ₁(M).

**Not claimed.** That σ₁ is near this bound: see `quadratic_law_upper`.

**Degenerate cases.** α = 1 and E = I leave M as it is.

**Source.** Ours; derivation in proofs/deformation/quadratic_law_crude.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import (
    ANY_FACTOR,
    COORDINATES,
    INFLATION,
    contraction,
    deformed,
    orthonormal,
    size_of_deformed,
    stretched_rest,
)
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(COORDINATES, numbers={"alpha": INFLATION})
DEFLATING = Domain(COORDINATES, numbers={"alpha": ANY_FACTOR})


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(deformed(x), 0)


def rhs(x: Instance) -> Scalar:
    return x.alpha**2 * x.ops.singular_value(x.M, 0)


statement = Statement(
    id="quadratic_law_crude",
    area="deformation",
    claim=r"\forall M,\ P^\top P = I,\ \|E\| \le 1,\ \alpha \ge 1,\ "
    r"D = \alpha P P^\top + (I - P P^\top) E (I - P P^\top):\ \sigma_1(D^\top M D) \le \alpha^2\, \sigma_1(M)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=size_of_deformed,
    source=Source("ours", place="proofs/deformation/quadratic_law_crude.py"),
    assumptions=(orthonormal("P"), contraction("E")),
    attained=(
        Example(
            "the curvature is inflated", {"M": [[2, 0], [0, 1]], "P": [[1], [0]], "E": [[1, 0], [0, 1]], "alpha": 3}
        ),
    ),
    mutants=(
        Mutant(
            "any_columns",
            "P with any columns",
            {"assumptions": (contraction("E"),), "recipes": (entries(DOMAIN, size=4),)},
        ),
        Mutant(
            "stretched_rest",
            r"$2\alpha E$ in place of $E$",
            {"lhs": lambda x: x.ops.singular_value(stretched_rest(x), 0)},
        ),
        Mutant(
            "deflated",
            r"any $\alpha > 0$",
            {"domain": DEFLATING, "recipes": (by_spectrum(DEFLATING, orthonormal=("P",)),)},
        ),
        Mutant("linear", r"$\alpha$ in place of $\alpha^2$", {"rhs": lambda x: rhs(x) / x.alpha}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("P",)),),
)
