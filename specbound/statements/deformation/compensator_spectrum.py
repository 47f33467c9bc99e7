r"""The largest singular values of a compensator are 1, as many as there are directions that the lock leaves alone.

**Claim.** For all U (d×k) with orthonormal columns, α ≥ 1, C = T⁻¹ = I + (1/α − 1) U Uᵀ and 1 ≤ i ≤ d − k:
σ_i(C) = 1. The others are 1/α (`compensator_spectrum_contracted`).

**Assumes.** Orthonormal columns of U (`orthonormal_columns`; mutant `any_columns`); α ≥ 1 (mutant `deflating`), since
less would make 1/α the largest.

**Tight when** always: it is an equality.

**Not claimed.** σ_{d-k+1}(C) = 1 (mutant `index_shifted`).

**Degenerate cases.** k = d leaves no such i; α = 1 makes all of them 1.

**Source.** Ours; derivation in proofs/deformation/compensator_spectrum.py.
"""

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import ANY_FACTOR, INFLATION, orthonormal
from specbound.statements.recipes import by_spectrum, entries
from specbound.statements.spectra import compensator, size_of_compensator

COLUMNS = {"U": ("d", "k")}
INDICES = {"i": Index(1, lambda sizes: sizes["d"] - sizes["k"])}
DOMAIN = Domain(COLUMNS, INDICES, {"alpha": INFLATION})
DEFLATING = Domain(COLUMNS, INDICES, {"alpha": ANY_FACTOR})


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(compensator(x), x.i - 1)


def rhs(_: Instance) -> Scalar:
    return 1


statement = Statement(
    id="compensator_spectrum",
    area="deformation",
    claim=r"\forall U \in \mathbb{R}^{d \times k},\ U^\top U = I,\ \alpha \ge 1,\ 1 \le i \le d - k:\ "
    r"\sigma_i\big(I + (\tfrac{1}{\alpha} - 1) U U^\top\big) = 1",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=size_of_compensator,
    source=Source("ours", place="proofs/deformation/compensator_spectrum.py"),
    assumptions=(orthonormal("U"),),
    mutants=(
        Mutant("any_columns", "U with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=4),)}),
        Mutant(
            "deflating",
            r"any $\alpha > 0$",
            {"domain": DEFLATING, "recipes": (by_spectrum(DEFLATING, orthonormal=("U",)),)},
        ),
        Mutant(
            "index_shifted",
            r"$\sigma_{i+1}$ in place of $\sigma_i$",
            {"lhs": lambda x: x.ops.singular_value(compensator(x), x.i)},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("U",)),),
)
