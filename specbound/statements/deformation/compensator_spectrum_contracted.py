r"""The smallest singular values of a compensator are 1/α, as many as there are directions that the lock inflates.

**Claim.** For all U (d×k) with orthonormal columns, α ≥ 1, C = T⁻¹ = I + (1/α − 1) U Uᵀ and 1 ≤ i ≤ k:
σ_{d-k+i}(C) = 1/α. The others are 1 (`compensator_spectrum`).

**Assumes.** Orthonormal columns of U (`orthonormal_columns`; mutant `short_columns`); α ≥ 1 (mutant `deflating`), since
less would make 1/α the largest.

**Tight when** always: it is an equality.

**Not claimed.** σ_i(C) = 1/α (mutant `from_the_top`).

**Degenerate cases.** k = d makes C the identity over α.

**Source.** Ours; derivation in proofs/deformation/compensator_spectrum_contracted.py.
"""

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import ANY_FACTOR, INFLATION, orthonormal, scaling
from specbound.statements.recipes import by_spectrum
from specbound.statements.spectra import compensator, size_of_compensator

COLUMNS = {"U": ("d", "k")}
INDICES = {"i": Index(1, lambda sizes: sizes["k"])}
DOMAIN = Domain(COLUMNS, INDICES, {"alpha": INFLATION})
DEFLATING = Domain(COLUMNS, INDICES, {"alpha": ANY_FACTOR})


def position(x: Instance) -> int:
    """``d − k + i``, counted from 1."""
    rows, columns = x.U.shape[-2:]
    return rows - columns + x.i


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(compensator(x), position(x) - 1)


def with_short_columns(x: Instance) -> Scalar:
    changed = scaling(x.ops, x.ops.scaled(0.5, x.U), 1 / x.alpha)
    return x.ops.singular_value(changed, position(x) - 1)


def rhs(x: Instance) -> Scalar:
    return 1 / x.alpha


statement = Statement(
    id="compensator_spectrum_contracted",
    area="deformation",
    claim=r"\forall U \in \mathbb{R}^{d \times k},\ U^\top U = I,\ \alpha \ge 1,\ 1 \le i \le k:\ "
    r"\sigma_{d-k+i}\big(I + (\tfrac{1}{\alpha} - 1) U U^\top\big) = \tfrac{1}{\alpha}",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=size_of_compensator,
    source=Source("ours", place="proofs/deformation/compensator_spectrum_contracted.py"),
    assumptions=(orthonormal("U"),),
    mutants=(
        Mutant("short_columns", r"$U/2$ in place of $U$ in C", {"lhs": with_short_columns}),
        Mutant(
            "deflating",
            r"any $\alpha > 0$",
            {"domain": DEFLATING, "recipes": (by_spectrum(DEFLATING, orthonormal=("U",)),)},
        ),
        Mutant(
            "from_the_top",
            r"$\sigma_i$ in place of $\sigma_{d-k+i}$",
            {"lhs": lambda x: x.ops.singular_value(compensator(x), x.i - 1)},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("U",)),),
)
