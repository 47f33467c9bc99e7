r"""A lock and its compensator need k orthonormal columns and nothing else, and any such columns will do.

**Claim.** For all W (d×n), all U (d×k) with orthonormal columns, all α > 0 and all y, z: yᵀ (I − (1 − 1/α)
U Uᵀ)(W + (α − 1) U Uᵀ W) z = yᵀ W z. So C W̃ = W for W̃ = W + (α − 1) U Uᵀ W and C = I − (1 − 1/α) U Uᵀ, whichever
directions U spans: no full singular value decomposition is needed, and no division by singular values, so that W of any
rank will do.

**Assumes.** Orthonormal columns of U (`orthonormal_columns`; mutant `any_columns`). W̃ must inflate UᵀW as W has it:
what is near it, as singular values times right singular vectors are that somebody computed, is off by α − 1 times as
much (mutant `near_it`).

**Tight when** always: it is an equality.

**Not claimed.** That U inflates the top of the spectrum: for that, U must be top left singular vectors
(`deformation_spectrum`). Nor that a product of rounded factors is W: see `precision_ceiling`.

**Degenerate cases.** α = 1 is the identity-inserted model; k = d makes C the identity over α.

**Source.** Ours; derivation in proofs/deformation/low_rank_form.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import ANY_FACTOR, orthonormal, scaling
from specbound.statements.recipes import by_spectrum, entries
from specbound.statements.spectra import compensator

DOMAIN = Domain(
    {"W": ("d", "n"), "U": ("d", "k"), "y": ("d", "1"), "z": ("n", "1")},
    numbers={"alpha": ANY_FACTOR},
)


def deformed(x: Instance, top: Array) -> Array:
    """``W + (α − 1) U top``; ``top`` is UᵀW, or what is taken for it."""
    return x.ops.sum(x.W, x.ops.scaled(x.alpha - 1, x.ops.product(x.U, top)))


def top(x: Instance) -> Array:
    """``Uᵀ W``."""
    return x.ops.product(x.ops.transpose(x.U), x.W)


def along(x: Instance, matrix: Array) -> Scalar:
    """``yᵀ matrix z``."""
    return x.ops.entry(x.ops.product(x.ops.transpose(x.y), matrix, x.z))


def undone(x: Instance, outer: Array, taken: Array) -> Scalar:
    """``yᵀ outer (W + (α − 1) U taken) z``."""
    return along(x, x.ops.product(outer, deformed(x, taken)))


def lhs(x: Instance) -> Scalar:
    return undone(x, compensator(x), top(x))


def rhs(x: Instance) -> Scalar:
    return along(x, x.W)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    span = norm(x.U) ** 2
    change = (1 + (1 + 1 / x.alpha) * span) * (1 + (1 + x.alpha) * span)
    return change * norm(x.W) * norm(x.y) * norm(x.z)


statement = Statement(
    id="low_rank_form",
    area="deformation",
    claim=r"\forall W \in \mathbb{R}^{d \times n},\ U^\top U = I,\ \alpha > 0,\ y, z:\ "
    r"y^\top \big(I - (1 - \tfrac{1}{\alpha}) U U^\top\big)\big(W + (\alpha - 1) U U^\top W\big) z = y^\top W z",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/low_rank_form.py"),
    assumptions=(orthonormal("U"),),
    mutants=(
        Mutant("any_columns", "U with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=4),)}),
        Mutant(
            "first_order",
            r"$2 - \alpha$ in place of $1/\alpha$",
            {"lhs": lambda x: undone(x, scaling(x.ops, x.U, 2 - x.alpha), top(x))},
        ),
        Mutant(
            "near_it",
            r"$\tfrac{99}{100}\, U^\top W$ in place of $U^\top W$",
            {"lhs": lambda x: undone(x, compensator(x), x.ops.scaled(0.99, top(x)))},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("U",)),),
)
