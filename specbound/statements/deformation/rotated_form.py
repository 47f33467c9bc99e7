r"""A locked pair in a rotated inner space is the same model with the same curvature, in other coordinates.

**Claim.** Let (W̃, C) be any pair of layers, and Q orthogonal. The pair (QᵀW̃, CQ) computes the same function, and for
all directions (P, R) and (P2, R2): ∂²L(QᵀW̃, CQ)[(P, R), (P2, R2)] = ∂²L(W̃, C)[(QP, RQᵀ), (QP2, R2Qᵀ)]. Since
(P, R) ↦ (QP, RQᵀ) is orthogonal, all eigenvalues of the Hessian agree. With Q = [U_k, U_⊥] and the dense lock (TW, T⁻¹)
for the pair, it is the rotated form (D_α QᵀW, Q D_α⁻¹) with D_α diagonal, in which nothing cancels when it is rounded.

**Assumes.** Q is square with orthonormal columns (`orthonormal_columns`; mutant `any_square`).

**Tight when** always: it is an equality.

**Not claimed.** That optimizers which look at single coordinates see no difference: they do.

**Degenerate cases.** Q = I.

**Source.** Ours; derivation in proofs/deformation/rotated_form.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import PAIR, Direction, orthonormal, second_derivative, sizes_of_pair
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain({**{name: shape for name, shape in PAIR.items() if name != "U"}, "C": ("d", "d"), "Q": ("d", "d")})
"""``W`` is the weight of the pair as it is stored, W̃."""


def lhs(x: Instance) -> Scalar:
    ops = x.ops
    inner, outer = ops.product(ops.transpose(x.Q), x.W), ops.product(x.C, x.Q)
    return second_derivative(x, outer, inner, ((x.P, x.R), (x.P2, x.R2)))


def rhs(x: Instance) -> Scalar:
    def turned(p: Array, r: Array) -> Direction:
        return x.ops.product(x.Q, p), x.ops.product(r, x.ops.transpose(x.Q))

    return second_derivative(x, x.C, x.W, (turned(x.P, x.R), turned(x.P2, x.R2)))


def not_turned(x: Instance) -> Scalar:
    return second_derivative(x, x.C, x.W, ((x.P, x.R), (x.P2, x.R2)))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return (1 + norm(x.Q)) ** 4 * (1 + norm(x.C)) ** 2 * sizes_of_pair(x)


statement = Statement(
    id="rotated_form",
    area="deformation",
    claim=r"\forall \tilde W, C,\ Q^\top Q = I,\ P, R, P_2, R_2:\ "
    r"\partial^2 L(Q^\top \tilde W, C Q)[(P, R), (P_2, R_2)] = "
    r"\partial^2 L(\tilde W, C)[(Q P, R Q^\top), (Q P_2, R_2 Q^\top)]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/rotated_form.py"),
    assumptions=(orthonormal("Q"),),
    mutants=(
        Mutant("any_square", "any square Q", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant("not_turned", "the directions as they are", {"rhs": not_turned}),
    ),
    recipes=(by_spectrum(DOMAIN, size=3, orthonormal=("Q",)),),
)
