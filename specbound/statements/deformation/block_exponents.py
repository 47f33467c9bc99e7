r"""Between what a lock inflates and everything else, the curvature grows like α at most.

**Claim.** As in `quadratic_law`, let M be the Hessian of the identity-inserted model, P orthonormal columns that span
what the lock inflates, and D = α P Pᵀ + (I − P Pᵀ) E (I − P Pᵀ), so that N = Dᵀ M D is the Hessian of the locked model.
For all M, all α > 0 and all E with ‖E‖ ≤ 1: ‖Pᵀ N (I − P Pᵀ)‖ ≤ α ‖Pᵀ M (I − P Pᵀ)‖. The block with P on both sides is
α² times what it was, exactly (`multi_lock`); that with P on neither does not grow (`block_exponents_rest`). In a model:
2, 1 and 0 are the exponents of the blocks of H with the compensator on both sides, on one, and on none.

**Assumes.** Orthonormal columns of P (`orthonormal_columns`; mutant `any_columns`) and ‖E‖ ≤ 1 (`contraction`; mutant
`stretched_rest`).

**Tight when** E = I.

**Not claimed.** That such a block grows: where the lock contracts the other side by 1/α, as it does in the rows of W̃
along U_k, it stays as it is.

**Degenerate cases.** P that spans everything leaves 0 ≤ 0.

**Source.** Ours; derivation in proofs/deformation/block_exponents.py.
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


def one_side(x: Instance, hessian: Array) -> Array:
    """``Pᵀ hessian (I − P Pᵀ)``."""
    return x.ops.compression(hessian, x.P, scaling(x.ops, x.P, 0))


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(one_side(x, deformed(x)), 0)


def rhs(x: Instance) -> Scalar:
    return x.alpha * x.ops.singular_value(one_side(x, x.M), 0)


statement = Statement(
    id="block_exponents",
    area="deformation",
    claim=r"\forall M,\ P^\top P = I,\ Q = I - P P^\top,\ \|E\| \le 1,\ \alpha > 0,\ D = \alpha P P^\top + Q E Q:\ "
    r"\|P^\top D^\top M D Q\| \le \alpha\, \|P^\top M Q\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=size_of_deformed,
    source=Source("ours", place="proofs/deformation/block_exponents.py"),
    assumptions=(orthonormal("P"), contraction("E")),
    attained=(
        Example("the rest is left", {"M": [[2, 1], [3, 0]], "P": [[1], [0]], "E": [[1, 0], [0, 1]], "alpha": 10}),
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
            {"lhs": lambda x: x.ops.singular_value(one_side(x, stretched_rest(x)), 0)},
        ),
        Mutant("does_not_grow", r"$1$ in place of $\alpha$", {"rhs": lambda x: rhs(x) / x.alpha}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("P",)),),
)
