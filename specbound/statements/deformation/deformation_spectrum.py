r"""A lock multiplies the top k singular values of its weight by α.

**Claim.** For all real W (d×n), k ≤ min(d, n), U_k(W) its top k left singular vectors, α ≥ 1, T = I + (α − 1) U_k U_kᵀ
and 1 ≤ i ≤ k: σ_i(TW) = α σ_i(W). The others stay (`deformation_spectrum_rest`).

**Assumes.** α ≥ 1 (mutant `deflating`): less would carry σ_k below σ_{k+1}. Exact singular vectors; with other
orthonormal columns σ_i(TW) ≤ α σ_i(W) is what remains.

**Tight when** always: it is an equality.

**Not claimed.** Anything where i > k (mutant `beyond_k`).

**Degenerate cases.** Where σ_k = σ_{k+1} the claim holds for each choice of U_k; where σ_i = 0 both sides vanish.

**Source.** Ours; derivation in proofs/deformation/deformation_spectrum.py.
"""

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import ANY_FACTOR, INFLATION
from specbound.statements.families import smaller_side
from specbound.statements.spectra import inflated_weight, size_of_inflated

WEIGHT = {"W": ("d", "n")}
INDICES = {"k": smaller_side("d", "n"), "i": Index(1, lambda sizes: sizes["k"])}
DOMAIN = Domain(WEIGHT, INDICES, {"alpha": INFLATION})


def lhs(x: Instance) -> Scalar:
    return x.ops.singular_value(inflated_weight(x), x.i - 1)


def rhs(x: Instance) -> Scalar:
    return x.alpha * x.ops.singular_value(x.W, x.i - 1)


statement = Statement(
    id="deformation_spectrum",
    area="deformation",
    claim=r"\forall W \in \mathbb{R}^{d \times n},\ 1 \le i \le k,\ \alpha \ge 1,\ "
    r"T = I + (\alpha - 1) U_k(W) U_k(W)^\top:\ "
    r"\sigma_i(TW) = \alpha\, \sigma_i(W)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=size_of_inflated,
    source=Source("ours", place="proofs/deformation/deformation_spectrum.py"),
    mutants=(
        Mutant("deflating", r"any $\alpha > 0$", {"domain": Domain(WEIGHT, INDICES, {"alpha": ANY_FACTOR})}),
        Mutant(
            "beyond_k",
            r"$\sigma_{i+1}$ in place of $\sigma_i$",
            {
                "lhs": lambda x: x.ops.singular_value(inflated_weight(x), x.i),
                "rhs": lambda x: x.alpha * x.ops.singular_value(x.W, x.i),
            },
        ),
    ),
)
