r"""A lock makes the curvature grow like α² and no faster: the constant is the one that is known before it is made.

**Claim.** As in `quadratic_law`, let M be the Hessian of the identity-inserted model, P orthonormal columns that span
what the lock inflates, and D = α P Pᵀ + (I − P Pᵀ) E (I − P Pᵀ). Let κ = σ₁(Pᵀ M P), let r be the norm of the part of
M that the lock leaves or contracts, (I − P Pᵀ) M (I − P Pᵀ), and b that of the part between both,
P Pᵀ M (I − P Pᵀ) + (I − P Pᵀ) M P Pᵀ, which is the larger of the norms of its two terms. Then for all M, symmetric or
not, all α > 0 and all E with ‖E‖ ≤ 1: (σ₁(DᵀMD) − α²κ) (σ₁(DᵀMD) − r) ≤ α²b². So σ₁(DᵀMD) is at most the larger
eigenvalue of the 2×2 matrix with rows (α²κ, αb) and (αb, r). As σ₁(DᵀMD) ≥ α²κ by `quadratic_law` and r ≤ m = σ₁(M),
it follows for m < α²κ that 1 ≤ σ₁(DᵀMD)/(α²κ) ≤ 1 + b²/(κ (α²κ − m)): the ratio tends to 1 like α⁻².

**Assumes.** Orthonormal columns of P (`orthonormal_columns`; mutant `any_columns`) and ‖E‖ ≤ 1 (`contraction`; mutant
`stretched_rest`): a two-sided lock stretches elsewhere too.

**Tight when**, for one, M is 2×2 with nonnegative entries, symmetric, and E = I: then it is an equality.

**Not claimed.** That σ₁ is close to α²κ at moderate α: b may be large.

**Degenerate cases.** κ = 0 leaves σ₁ (σ₁ − r) ≤ α²b², so σ₁ grows like α at most, and not at all where b = 0. Where
everything is inflated, r = b = 0.

**Source.** Ours; derivation in proofs/deformation/quadratic_law_upper.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import (
    ANY_FACTOR,
    COORDINATES,
    contraction,
    deformed,
    orthonormal,
    scaling,
    size_of_deformed,
    stretched_rest,
)
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(COORDINATES, numbers={"alpha": ANY_FACTOR})


def inflated_part(x: Instance) -> Scalar:
    """``α² κ``."""
    return x.alpha**2 * x.ops.singular_value(x.ops.compression(x.M, x.P, x.P), 0)


def rest_part(x: Instance) -> Array:
    """``(I − P Pᵀ) M (I − P Pᵀ)``."""
    rest = scaling(x.ops, x.P, 0)
    return x.ops.product(rest, x.M, rest)


def part_between(x: Instance) -> Array:
    """``P Pᵀ M (I − P Pᵀ) + (I − P Pᵀ) M P Pᵀ``."""
    ops, rest = x.ops, scaling(x.ops, x.P, 0)
    inflated = ops.product(x.P, ops.transpose(x.P))
    return ops.sum(ops.product(inflated, x.M, rest), ops.product(rest, x.M, inflated))


def lhs(x: Instance) -> Scalar:
    value = x.ops.singular_value(deformed(x), 0)
    return (value - inflated_part(x)) * (value - x.ops.singular_value(rest_part(x), 0))


def rhs(x: Instance) -> Scalar:
    return x.alpha**2 * x.ops.singular_value(part_between(x), 0) ** 2


def stretched(x: Instance) -> Scalar:
    value = x.ops.singular_value(stretched_rest(x), 0)
    return (value - inflated_part(x)) * (value - x.ops.singular_value(rest_part(x), 0))


def one_block(x: Instance) -> Scalar:
    ops, rest = x.ops, scaling(x.ops, x.P, 0)
    return x.alpha**2 * ops.singular_value(ops.product(ops.transpose(x.P), x.M, rest), 0) ** 2


def scale(x: Instance) -> Scalar:
    return size_of_deformed(x) ** 2


statement = Statement(
    id="quadratic_law_upper",
    area="deformation",
    claim=r"\forall M,\ P^\top P = I,\ Q = I - P P^\top,\ \|E\| \le 1,\ \alpha > 0,\ D = \alpha P P^\top + Q E Q:\ "
    r"\big(\sigma_1(D^\top M D) - \alpha^2 \sigma_1(P^\top M P)\big) \big(\sigma_1(D^\top M D) - \sigma_1(Q M Q)\big) "
    r"\le \alpha^2\, \sigma_1(P P^\top M Q + Q M P P^\top)^2",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/quadratic_law_upper.py"),
    assumptions=(orthonormal("P"), contraction("E")),
    attained=(
        Example("two dimensions", {"M": [[2, 1], [1, 1]], "P": [[1], [0]], "E": [[1, 0], [0, 1]], "alpha": 1}),
        Example("the rest is flat", {"M": [[2, 1], [1, 0]], "P": [[1], [0]], "E": [[1, 0], [0, 1]], "alpha": 10}),
    ),
    mutants=(
        Mutant(
            "any_columns",
            "P with any columns",
            {"assumptions": (contraction("E"),), "recipes": (entries(DOMAIN, size=3),)},
        ),
        Mutant("stretched_rest", r"$2\alpha E$ in place of $E$", {"lhs": stretched}),
        Mutant("one_block", r"only $P^\top M Q$ in place of both blocks between", {"rhs": one_block}),
        Mutant("not_inflated", r"$b^2$ in place of $\alpha^2 b^2$", {"rhs": lambda x: rhs(x) / x.alpha**2}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("P",)),),
)
