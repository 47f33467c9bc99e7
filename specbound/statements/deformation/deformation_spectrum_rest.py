r"""A lock leaves the singular values of its weight alone from the (k+1)-th on.

**Claim.** For all real W (d×n), k < min(d, n), U_k(W) its top k left singular vectors, α ≥ 1, T = I + (α − 1) U_k U_kᵀ
and 1 ≤ i ≤ min(d, n) − k: σ_{k+i}(TW) = σ_{k+i}(W). The first k are `deformation_spectrum`.

**Assumes.** α ≥ 1 (mutant `deflating`): less would carry some of the first k below σ_{k+1}. Exact singular vectors;
with other orthonormal columns σ_{k+i}(TW) ≥ σ_{k+i}(W) is what remains.

**Tight when** always: it is an equality.

**Not claimed.** σ_k(TW) = σ_k(W) (mutant `index_shifted`).

**Degenerate cases.** Where σ_k = σ_{k+1} the claim holds for each choice of U_k; beyond the rank both sides vanish.

**Source.** Ours; derivation in proofs/deformation/deformation_spectrum_rest.py.
"""

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import ANY_FACTOR, INFLATION
from specbound.statements.spectra import inflated_weight, size_of_inflated

WEIGHT = {"W": ("d", "n")}
INDICES = {
    "k": Index(1, lambda sizes: min(sizes["d"], sizes["n"]) - 1),
    "i": Index(1, lambda sizes: min(sizes["d"], sizes["n"]) - sizes["k"]),
}
DOMAIN = Domain(WEIGHT, INDICES, {"alpha": INFLATION})


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(inflated_weight(x), x.k + x.i - 1)


def rhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.W, x.k + x.i - 1)


statement = Statement(
    id="deformation_spectrum_rest",
    area="deformation",
    claim=r"\forall W \in \mathbb{R}^{d \times n},\ k < k + i \le \min(d, n),\ \alpha \ge 1,\ "
    r"T = I + (\alpha - 1) U_k(W) U_k(W)^\top:\ \sigma_{k+i}(TW) = \sigma_{k+i}(W)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=size_of_inflated,
    source=Source("ours", place="proofs/deformation/deformation_spectrum_rest.py"),
    mutants=(
        Mutant("deflating", r"any $\alpha > 0$", {"domain": Domain(WEIGHT, INDICES, {"alpha": ANY_FACTOR})}),
        Mutant(
            "index_shifted",
            r"$\sigma_{k+i-1}$ in place of $\sigma_{k+i}$",
            {
                "lhs": lambda x: x.ops.singular_value(inflated_weight(x), x.k + x.i - 2),
                "rhs": lambda x: x.ops.singular_value(x.W, x.k + x.i - 2),
            },
        ),
    ),
)
