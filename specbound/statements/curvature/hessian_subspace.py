r"""A Hessian with a factored block is bounded through the top k singular vectors of the middle factor together.

**Claim.** Let a block of a Hessian H, between two groups of parameters or any orthonormal columns P and Q, be a product
of three: PᵀHQ = ABC, as in `abc_mlp`. For all A (m×n), B (n×p), C (p×q),
1 ≤ r1 ≤ min(m, n), 1 ≤ r2 ≤ min(p, q), 1 ≤ k ≤ min(n, p):
σ₁(H) ≥ σ_{r1}(A) σ_{r2}(C) (‖V_{r1}(A)ᵀ B_k U_{r2}(C)‖ − σ_{k+1}(B)), B_k the truncation of B to its top k singular
values. Multiplying those by α makes the right side grow like α.

**Assumes.** Orthonormal columns of P and Q (`orthonormal_columns`; mutant `any_columns`). What B has beyond its top k
must be taken off (mutant `rest_dropped`). PᵀHQ is the whole block: over samples it is a sum of such products, which may
cancel (mutant `other_samples`).

**Tight when** H is that block and `triple_subspace` is attained.

**Not claimed.** That it grows like the Hessian of a locked model, which grows like α² (`quadratic_law`).

**Degenerate cases.** A zero factor gives σ₁(H) ≥ 0.

**Source.** Ours; derivation in proofs/curvature/hessian_subspace.py.
"""

from specbound.core.instance import Domain
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.statements.deformations import orthonormal
from specbound.statements.families import smaller_side
from specbound.statements.hessians import HESSIAN_WITH_RANKS, attained, size_of_hessian, top, with_other_samples
from specbound.statements.recipes import by_spectrum, entries
from specbound.statements.singular.triple_subspace import rhs, without_rest

DOMAIN = Domain(HESSIAN_WITH_RANKS.matrices, {**HESSIAN_WITH_RANKS.indices, "k": smaller_side("n", "p")})


statement = Statement(
    id="hessian_subspace",
    area="curvature",
    claim=r"\forall P^\top P = I,\ Q^\top Q = I,\ P^\top H Q = ABC,\ r_1 \le \min(m,n),\ r_2 \le \min(p,q),\ "
    r"k \le \min(n,p):\ \sigma_1(H) \ge \sigma_{r_1}(A)\, \sigma_{r_2}(C) "
    r"\left(\lVert V_{r_1}(A)^\top B_k U_{r_2}(C) \rVert - \sigma_{k+1}(B)\right)",
    domain=DOMAIN,
    lhs=top,
    relation=Relation.GE,
    rhs=rhs,
    scale=size_of_hessian,
    source=Source("ours", place="proofs/curvature/hessian_subspace.py"),
    assumptions=(orthonormal("P", "Q"),),
    attained=attained(r1=1, r2=1, k=1),
    mutants=(
        Mutant("any_columns", "P and Q with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant("rest_dropped", r"without $\sigma_{k+1}(B)$", {"rhs": without_rest}),
        Mutant("other_samples", "ABC the block of one sample among others", {"lhs": with_other_samples}),
        Mutant("constant_tightened", "1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
    recipes=(by_spectrum(DOMAIN, size=3, orthonormal=("P", "Q")),),
)
