r"""A Hessian with a factored block is bounded by the factors and both angles at B, less what σ₂(B) can undo.

**Claim.** Let a block of a Hessian H, between two groups of parameters or any orthonormal columns P and Q, be a product
of three: PᵀHQ = ABC, as in `abc_mlp`. For all A (m×n), B (n×p), C (p×q),
1 ≤ r1 ≤ min(m, n), 1 ≤ r2 ≤ min(p, q):
σ₁(H) ≥ σ_{r1}(A) σ_{r2}(C) (σ₁(B) cos θ₁ cos θ₂ − σ₂(B) sin θ₁ sin θ₂), with the angles of `triple_gap`.

**Assumes.** Orthonormal columns of P and Q (`orthonormal_columns`; mutant `any_columns`). Without the second term it is
false (mutant `second_term_dropped`). PᵀHQ is the whole block: over samples it is a sum of such products, which may
cancel (mutant `other_samples`).

**Tight when** H is that block and `triple_gap` is attained.

**Not claimed.** That the right side is positive.

**Degenerate cases.** A zero factor gives σ₁(H) ≥ 0.

**Source.** Ours; derivation in proofs/curvature/hessian_gap.py.
"""

from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.statements.deformations import orthonormal
from specbound.statements.hessians import HESSIAN_WITH_RANKS as DOMAIN
from specbound.statements.hessians import attained, refuted_by, size_of_hessian, top, with_other_samples
from specbound.statements.recipes import by_spectrum, entries
from specbound.statements.singular.triple_gap import rhs
from specbound.statements.singular.triple_sequential import with_independent_angle

statement = Statement(
    id="hessian_gap",
    area="curvature",
    claim=r"\forall P^\top P = I,\ Q^\top Q = I,\ P^\top H Q = ABC,\ r_1 \le \min(m,n),\ r_2 \le \min(p,q):\ "
    r"\sigma_1(H) \ge \sigma_{r_1}(A)\, \sigma_{r_2}(C)\, "
    r"(\sigma_1(B) \cos\theta_1 \cos\theta_2 - \sigma_2(B) \sin\theta_1 \sin\theta_2)",
    domain=DOMAIN,
    lhs=top,
    relation=Relation.GE,
    rhs=rhs,
    scale=size_of_hessian,
    source=Source("ours", place="proofs/curvature/hessian_gap.py"),
    assumptions=(orthonormal("P", "Q"),),
    attained=attained(r1=1, r2=1),
    mutants=(
        Mutant("any_columns", "P and Q with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant(
            "second_term_dropped", r"without $\sigma_2(B)$", {"rhs": with_independent_angle, "refuted_by": refuted_by()}
        ),
        Mutant("other_samples", "ABC the block of one sample among others", {"lhs": with_other_samples}),
        Mutant("constant_tightened", "1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
    recipes=(by_spectrum(DOMAIN, size=3, orthonormal=("P", "Q")),),
)
