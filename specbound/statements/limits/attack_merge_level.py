r"""The base model is at most as curved as the identity-inserted one: merging brings curvature down to base level.

**Claim.** For all M (n×n) and all V (n×p) with orthonormal columns: σ₁(VᵀMV) ≤ σ₁(M). With M = H(1), the Hessian of the
identity-inserted model, and V the coordinates of all parameters but the inserted layer's, VᵀMV is H_base (the case
C = I, R = R2 = 0 of `attack_merge`). So whoever multiplies C W̃ back is at base level, which is at most the α-free level
σ₁(H(1)).

**Assumes.** Orthonormal columns of V, as coordinates are (`orthonormal_columns`; mutant `any_columns`).

**Tight when** the top singular vectors of M lie in the span of V, as where the model does not depend on the inserted
layer.

**Not claimed.** The other way round, with any universal constant: H(1) has the curvature of the inserted layer as well,
which sees W h where W sees h. For z = C w with loss z²/2, at C = 1, it is [[1, 2w], [2w, w²]], H_base being 1: σ₁(H(1))
is at least w². `attack_balance_level` bounds it by the norms of the weight and of its gradient. Nor that merging lowers
σ₁ where the locked model is less curved than the base model, as a lock with α < 1 can make it.

**Degenerate cases.** p = n changes nothing; M = 0 gives 0 ≤ 0.

**Source.** Horn & Johnson, *Topics in Matrix Analysis* (1991), Lemma 3.3.1, for i = 1; derivation in
proofs/limits/attack_merge_level.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import orthonormal
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain({"M": ("n", "n"), "V": ("n", "p")})


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.ops.compression(x.M, x.V, x.V), 0)


def rhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.M, 0)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    return norm(x.V) ** 2 * norm(x.M)


statement = Statement(
    id="attack_merge_level",
    area="limits",
    claim=r"\forall M \in \mathbb{R}^{n \times n},\ V^\top V = I:\ \sigma_1(V^\top M V) \le \sigma_1(M);\ "
    r"M = H(1),\ V^\top M V = H_{\text{base}}",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "Lemma 3.3.1"),
    assumptions=(orthonormal("V"),),
    attained=(
        Example("the inserted layer does not matter", {"M": [[2, 0], [0, 0]], "V": [[1], [0]]}),
        Example("nothing is left out", {"M": [[0, 2], [2, 3]], "V": [[1, 0], [0, 1]]}),
    ),
    mutants=(
        Mutant("any_columns", "V with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant(
            "second_value",
            r"$\sigma_2(M)$ in place of $\sigma_1(M)$",
            {"rhs": lambda x: x.ops.singular_value(x.M, 1)},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("V",)),),
)
