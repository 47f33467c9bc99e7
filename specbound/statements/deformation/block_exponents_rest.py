r"""What a lock does not inflate on either side never grows, whatever α is.

**Claim.** As in `block_exponents`, N = Dᵀ M D with D = α P Pᵀ + (I − P Pᵀ) E (I − P Pᵀ). For all M, all α > 0 and all E
with ‖E‖ ≤ 1: ‖(I − P Pᵀ) N (I − P Pᵀ)‖ ≤ ‖(I − P Pᵀ) M (I − P Pᵀ)‖. In a model: the blocks of the Hessian without the
compensator never grow, those of W̃ being contracted by T⁻¹ and all others seeing C W̃ = W; and who freezes the
compensator leaves nothing that a one-sided lock has inflated (but see `two_sided_lock_frozen`).

**Assumes.** Orthonormal columns of P (`orthonormal_columns`; mutant `any_columns`) and ‖E‖ ≤ 1 (`contraction`; mutant
`stretched_rest`).

**Tight when** E = I.

**Not claimed.** Anything on the blocks with P: mutant `the_whole`.

**Degenerate cases.** P that spans everything leaves 0 ≤ 0.

**Source.** Ours; derivation in proofs/deformation/block_exponents_rest.py.
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


def neither_side(x: Instance, hessian: Array) -> Array:
    """``(I − P Pᵀ) hessian (I − P Pᵀ)``."""
    rest = scaling(x.ops, x.P, 0)
    return x.ops.product(rest, hessian, rest)


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(neither_side(x, deformed(x)), 0)


def rhs(x: Instance) -> Scalar:
    return x.ops.singular_value(neither_side(x, x.M), 0)


statement = Statement(
    id="block_exponents_rest",
    area="deformation",
    claim=r"\forall M,\ P^\top P = I,\ Q = I - P P^\top,\ \|E\| \le 1,\ \alpha > 0,\ D = \alpha P P^\top + Q E Q:\ "
    r"\|Q D^\top M D Q\| \le \|Q M Q\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=size_of_deformed,
    source=Source("ours", place="proofs/deformation/block_exponents_rest.py"),
    assumptions=(orthonormal("P"), contraction("E")),
    attained=(
        Example("the rest is left", {"M": [[2, 1], [3, 5]], "P": [[1], [0]], "E": [[1, 0], [0, 1]], "alpha": 10}),
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
            {"lhs": lambda x: x.ops.singular_value(neither_side(x, stretched_rest(x)), 0)},
        ),
        Mutant("the_whole", "$N$ in place of its block", {"lhs": lambda x: x.ops.singular_value(deformed(x), 0)}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("P",)),),
)
