r"""A Hessian with a factored block is bounded by the factors and two angles, the first taken behind the product BC.

**Claim.** Let a block of a Hessian H, between two groups of parameters or any orthonormal columns P and Q, be a product
of three: PᵀHQ = ABC, as in `abc_mlp`. For all A (m×n), B (n×p), C (p×q),
1 ≤ r1 ≤ min(m, n), 1 ≤ r2 ≤ min(p, q):
σ₁(H) ≥ σ_{r1}(A) σ₁(B) σ_{r2}(C) cos θ₁ cos θ₂, θ₁ the angle between u₁(BC) and the top r1 right singular vectors of A,
θ₂ that between v₁(B) and the top r2 left singular vectors of C.

**Assumes.** Orthonormal columns of P and Q (`orthonormal_columns`; mutant `any_columns`). With θ₁ taken at u₁(B) it is
the reading that `triple_independent` refutes (mutant `independent_angle`). PᵀHQ is the whole block: over samples it is
a sum of such products, which may cancel (mutant `other_samples`).

**Tight when** H is that block and `triple_sequential` is attained.

**Not claimed.** That it grows like the Hessian: where a lock inflates B by α, it grows like α, the Hessian like α².

**Degenerate cases.** A zero factor gives σ₁(H) ≥ 0.

**Source.** Rosati et al. (ICML 2026), Theorem 3 as reported, in the reading that holds; derivation in
proofs/curvature/hessian_sequential.py.
"""

from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.statements.deformations import orthonormal
from specbound.statements.hessians import HESSIAN_WITH_RANKS as DOMAIN
from specbound.statements.hessians import attained, refuted_by, size_of_hessian, top, with_other_samples
from specbound.statements.recipes import by_spectrum, entries
from specbound.statements.singular.triple_sequential import rhs, with_independent_angle

statement = Statement(
    id="hessian_sequential",
    area="curvature",
    claim=r"\forall P^\top P = I,\ Q^\top Q = I,\ P^\top H Q = ABC,\ r_1 \le \min(m,n),\ r_2 \le \min(p,q):\ "
    r"\sigma_1(H) \ge \sigma_{r_1}(A)\, \sigma_1(B)\, \sigma_{r_2}(C)\, \cos\theta_1 \cos\theta_2,\ "
    r"\theta_1 = \angle(u_1(BC), V_{r_1}(A)),\ \theta_2 = \angle(v_1(B), U_{r_2}(C))",
    domain=DOMAIN,
    lhs=top,
    relation=Relation.GE,
    rhs=rhs,
    scale=size_of_hessian,
    source=Source(
        "Rosati et al.", "Limits of Convergence-Rate Control for Open-Weight Safety", 2026, "Theorem 3, as reported"
    ),
    assumptions=(orthonormal("P", "Q"),),
    attained=attained(r1=1, r2=1),
    mutants=(
        Mutant("any_columns", "P and Q with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant(
            "independent_angle",
            r"$\theta_1$ taken at $u_1(B)$",
            {"rhs": with_independent_angle, "refuted_by": refuted_by()},
        ),
        Mutant("other_samples", "ABC the block of one sample among others", {"lhs": with_other_samples}),
        Mutant("constant_tightened", "1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
    recipes=(by_spectrum(DOMAIN, size=3, orthonormal=("P", "Q")),),
)
