r"""The classical bound on a product of three bounds a Hessian with a factored block, where it says anything.

**Claim.** Let a block of a Hessian H, between two groups of parameters or any orthonormal columns P and Q, be a product
of three: PᵀHQ = ABC, as in `abc_mlp`. For all A (m×n), B (n×p), C (p×q):
σ₁(H) ≥ σ_n(A) σ₁(B) σ_p(C), n the columns of A, p the rows of C.

**Assumes.** Orthonormal columns of P and Q (`orthonormal_columns`; mutant `any_columns`). The smallest singular values
are zero for a wide A or a tall C (mutant `smallest_computed_value`). PᵀHQ is the whole block: over samples it is a sum
of such products, which may cancel (mutant `other_samples`).

**Tight when** H is that block and `horn_johnson_triple` is attained.

**Not claimed.** That the right side is positive. In `abc_mlp`, A = (M W_j) ⊗ h + g ⊗ I has at least as many rows as
columns, and C = D ⊗ xᵀ full row rank where D is invertible: where every activation has a slope it is in general
positive, and linear networks attain it (`abc_linear`). A ReLU unit that is off, or more positions than outputs of the
later layer, make it 0.

**Degenerate cases.** A zero factor gives σ₁(H) ≥ 0.

**Source.** `horn_johnson_triple`; derivation in proofs/curvature/hessian_horn_johnson.py.
"""

from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.statements.deformations import orthonormal
from specbound.statements.hessians import HESSIAN as DOMAIN
from specbound.statements.hessians import attained, size_of_hessian, top, with_other_samples
from specbound.statements.recipes import by_spectrum, entries
from specbound.statements.singular.horn_johnson_triple import rhs, with_smallest_computed

statement = Statement(
    id="hessian_horn_johnson",
    area="curvature",
    claim=r"\forall P^\top P = I,\ Q^\top Q = I,\ P^\top H Q = ABC:\ "
    r"\sigma_1(H) \ge \sigma_n(A)\, \sigma_1(B)\, \sigma_p(C)",
    domain=DOMAIN,
    lhs=top,
    relation=Relation.GE,
    rhs=rhs,
    scale=size_of_hessian,
    source=Source("Horn & Johnson", "Topics in Matrix Analysis", 1991, "section 3.3"),
    assumptions=(orthonormal("P", "Q"),),
    attained=attained(),
    mutants=(
        Mutant("any_columns", "P and Q with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant(
            "smallest_computed_value",
            r"$\sigma_{\min(m,n)}(A)$ and $\sigma_{\min(p,q)}(C)$",
            {"rhs": with_smallest_computed},
        ),
        Mutant("other_samples", "ABC the block of one sample among others", {"lhs": with_other_samples}),
        Mutant("constant_tightened", "1.01 times the right side", {"rhs": lambda x: rhs(x) * 101 / 100}),
    ),
    recipes=(by_spectrum(DOMAIN, size=3, orthonormal=("P", "Q")),),
)
