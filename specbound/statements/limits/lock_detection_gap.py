r"""The spectrum of a stored compensator jumps behind the directions that a lock leaves alone: k is there to be read.

**Claim.** Let Ĉ = C + E with C = I − (1 − 1/α) U Uᵀ. For all U (d×k) with orthonormal columns, k < d, all α ≥ 1, all
E (d×d), all i ≤ d − k and j ≤ k: σ_i(Ĉ) − σ_{d-k+j}(Ĉ) ≥ 1 − 1/α − 2 ‖E‖. With i = d − k and j = 1 it is the gap behind
the (d−k)-th singular value. Within each of the two groups no two differ by more than 2 ‖E‖ (`lock_detection_factor`),
so that k is where the spectrum jumps as soon as 4 ‖E‖ < 1 − 1/α.

**Assumes.** Orthonormal columns of U (`orthonormal_columns`; mutant `any_columns`); α > 1 for it to say anything, and
that the compensator is stored as a matrix of its own. E is what it has been changed by since, by rounding or by
training.

**Tight when** E moves σ_{d-k} and σ_{d-k+1} of C towards each other by ‖E‖ each.

**Not claimed.** Anything on a compensator that has been multiplied into another matrix. For the rotated form Q D⁻¹,
whose singular values are the same (`rotated_spectrum`), the claim holds as it stands.

**Degenerate cases.** E = 0 leaves a gap of 1 − 1/α exactly. For k = d, where C is the identity over α, there is no gap.

**Source.** Ours; derivation in proofs/limits/lock_detection_gap.py.
"""

from fractions import Fraction

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import INFLATION, orthonormal
from specbound.statements.recipes import by_spectrum, entries
from specbound.statements.stored import STORED, change, size_of_stored, stored

INDICES = {"i": Index(1, lambda sizes: sizes["d"] - sizes["k"]), "j": Index(1, lambda sizes: sizes["k"])}
DOMAIN = Domain(STORED, INDICES, {"alpha": INFLATION})


def gap(x: Instance, first: int) -> Scalar:
    """``σ_first(Ĉ) − σ_{d-k+j}(Ĉ)``, counted from 1."""
    rows, columns = x.U.shape[-2:]
    spectrum = x.ops.singular_values(stored(x))
    return spectrum.value(first - 1) - spectrum.value(rows - columns + x.j - 1)


def lhs(x: Instance) -> Scalar:
    return gap(x, x.i)


def rhs(x: Instance) -> Scalar:
    return 1 - 1 / x.alpha - 2 * change(x)


statement = Statement(
    id="lock_detection_gap",
    area="limits",
    claim=r"\forall U \in \mathbb{R}^{d \times k},\ U^\top U = I,\ \alpha \ge 1,\ E,\ 1 \le i \le d - k,\ "
    r"1 \le j \le k,\ \hat C = I - (1 - \tfrac{1}{\alpha}) U U^\top + E:\ "
    r"\sigma_i(\hat C) - \sigma_{d-k+j}(\hat C) \ge 1 - \tfrac{1}{\alpha} - 2\, \|E\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=size_of_stored,
    source=Source("ours", place="proofs/limits/lock_detection_gap.py"),
    assumptions=(orthonormal("U"),),
    attained=(
        Example(
            "both move towards each other",
            {
                "U": [[0], [1]],
                "E": [[Fraction(-1, 8), 0], [0, Fraction(1, 8)]],
                "i": 1,
                "j": 1,
                "alpha": 2,
            },
        ),
        Example("nothing has changed", {"U": [[0], [1]], "E": [[0, 0], [0, 0]], "i": 1, "j": 1, "alpha": 4}),
    ),
    mutants=(
        Mutant("any_columns", "U with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=4),)}),
        Mutant("one_moves", r"$\|E\|$ in place of $2 \|E\|$", {"rhs": lambda x: rhs(x) + change(x)}),
        Mutant(
            "index_shifted",
            r"$\sigma_{i+1}$ in place of $\sigma_i$",
            {"lhs": lambda x: gap(x, x.i + 1)},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("U",)),),
)
