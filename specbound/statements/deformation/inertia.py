r"""A change of variable keeps the number of positive, zero and negative eigenvalues, and no more.

**Claim.** For all symmetric M = S + Sᵀ, all D and all i: λ_i(DᵀMD) λ_i(M) ≥ σ_min(D)² λ_i(M)². Where D is
nonsingular, λ_i(DᵀMD) is positive, zero or negative as λ_i(M) is (exchange the two for "zero"): Sylvester's law. So the
Hessian of a locked model has as many descent directions, flat ones and others as that of the identity-inserted model.

**Assumes.** Symmetric M, by construction, and a congruence: not any matrix will do (mutant `another`).

**Tight when** D is a multiple of an orthogonal matrix.

**Not claimed.** That eigenvalues keep their sizes: they spread by α⁴, between α² and α⁻² times what they were, so that
signs are compared in coordinates in which D is undone, or at moderate α.

**Degenerate cases.** Singular D leaves ≥ 0.

**Source.** Ostrowski, for nonsingular D; derivation, for any D, in proofs/deformation/inertia.py.
"""

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar

DOMAIN = Domain({"S": ("n", "n"), "D": ("n", "n")}, {"i": Index(1, lambda sizes: sizes["n"])})


def hessian(x: Instance) -> Array:
    """``M = S + Sᵀ``."""
    return x.ops.sum(x.S, x.ops.transpose(x.S))


def lhs(x: Instance) -> Scalar:
    before = x.ops.eigenvalue(hessian(x), x.i - 1)
    return x.ops.eigenvalue(x.ops.compression(hessian(x), x.D, x.D), x.i - 1) * before


def rhs(x: Instance) -> Scalar:
    return x.ops.singular_value(x.D, x.D.shape[-1] - 1) ** 2 * x.ops.eigenvalue(hessian(x), x.i - 1) ** 2


def scale(x: Instance) -> Scalar:
    return 4 * x.ops.frobenius_norm(x.D) ** 2 * x.ops.frobenius_norm(x.S) ** 2


statement = Statement(
    id="inertia",
    area="deformation",
    claim=r"\forall M = M^\top,\ D,\ i \le n:\ "
    r"\lambda_i(D^\top M D)\, \lambda_i(M) \ge \sigma_{\min}(D)^2\, \lambda_i(M)^2",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=rhs,
    scale=scale,
    source=Source("Ostrowski", "A quantitative formulation of Sylvester's law of inertia", 1959, "PNAS 45, 740-744"),
    attained=(
        Example("twice the identity", {"S": [[1, 0], [0, -1]], "D": [[2, 0], [0, 2]], "i": 2}),
        Example("a rotation", {"S": [[1, 1], [0, 3]], "D": [[0, -1], [1, 0]], "i": 1}),
    ),
    mutants=(
        Mutant(
            "largest",
            r"$\sigma_1(D)$ in place of $\sigma_{\min}(D)$",
            {"rhs": lambda x: x.ops.singular_value(x.D, 0) ** 2 * x.ops.eigenvalue(hessian(x), x.i - 1) ** 2},
        ),
        Mutant(
            "another",
            r"$D + D^\top$ in place of $D^\top M D$",
            {
                "lhs": lambda x: (
                    x.ops.eigenvalue(x.ops.sum(x.D, x.ops.transpose(x.D)), x.i - 1)
                    * x.ops.eigenvalue(hessian(x), x.i - 1)
                )
            },
        ),
    ),
)
