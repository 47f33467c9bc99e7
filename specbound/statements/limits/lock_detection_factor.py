r"""The last k singular values of a stored compensator give away by how much a lock inflates.

**Claim.** Let Ĉ = C + E with C = I − (1 − 1/α) U Uᵀ. For all U (d×k) with orthonormal columns, all α ≥ 1, all E (d×d)
and all i ≤ k: (σ_{d-k+i}(Ĉ) − 1/α)² ≤ ‖E‖², that is, each of the last k singular values is 1/α up to ‖E‖. The others
are 1 up to ‖E‖, likewise.

**Assumes.** Orthonormal columns of U (`orthonormal_columns`; mutant `short_columns`); α ≥ 1 (mutant `deflating`), since
less would make 1/α the largest.

**Tight when** E is a multiple of U Uᵀ.

**Not claimed.** That α is found to a relative accuracy of ‖E‖: it is that of α‖E‖, so that α is lost where ‖E‖ reaches
1/α, as rounding alone makes it do in the dense form where α = 1/u. For the rotated form Q D⁻¹, whose singular values
are the same (`rotated_spectrum`), the claim holds as it stands, but one may read more off it: those k columns are
rounded relative to 1/α, so that their norms give α to a relative accuracy of the order of u.

**Degenerate cases.** E = 0 is `compensator_spectrum_contracted`.

**Source.** Ours, a case of Weyl's inequality; derivation in proofs/limits/lock_detection_factor.py.
"""

from fractions import Fraction

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformation.compensator_spectrum_contracted import position
from specbound.statements.deformations import ANY_FACTOR, INFLATION, orthonormal
from specbound.statements.recipes import by_spectrum
from specbound.statements.stored import STORED, change, size_of_stored, stored

INDICES = {"i": Index(1, lambda sizes: sizes["k"])}
DOMAIN = Domain(STORED, INDICES, {"alpha": INFLATION})
DEFLATING = Domain(STORED, INDICES, {"alpha": ANY_FACTOR})


def off(x: Instance, place: int) -> Scalar:
    """``(σ_place(Ĉ) − 1/α)²``, counted from 1."""
    return (x.ops.singular_value(stored(x), place - 1) - 1 / x.alpha) ** 2


def lhs(x: Instance) -> Scalar:
    return off(x, position(x))


def with_short_columns(x: Instance) -> Scalar:
    short = {**x.values, "U": x.ops.scaled(0.5, x.U)}
    return off(Instance(x.ops, short), position(x))


def rhs(x: Instance) -> Scalar:
    return change(x) ** 2


def scale(x: Instance) -> Scalar:
    return (size_of_stored(x) + 1 / x.alpha) ** 2


statement = Statement(
    id="lock_detection_factor",
    area="limits",
    claim=r"\forall U \in \mathbb{R}^{d \times k},\ U^\top U = I,\ \alpha \ge 1,\ E,\ 1 \le i \le k,\ "
    r"\hat C = I - (1 - \tfrac{1}{\alpha}) U U^\top + E:\ "
    r"\big(\sigma_{d-k+i}(\hat C) - \tfrac{1}{\alpha}\big)^2 \le \|E\|^2",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/lock_detection_factor.py"),
    assumptions=(orthonormal("U"),),
    attained=(
        Example(
            "the inflated direction alone has changed",
            {"U": [[0], [1]], "E": [[0, 0], [0, Fraction(1, 4)]], "i": 1, "alpha": 2},
        ),
    ),
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
            {"lhs": lambda x: off(x, x.i)},
        ),
        Mutant("halved", r"$\|E\|/2$ in place of $\|E\|$", {"rhs": lambda x: rhs(x) / 4}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("U",)),),
)
