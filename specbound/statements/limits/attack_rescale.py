r"""Multiplying the compensator into the weight and putting the identity in its place leaves no trace of the lock.

**Claim.** Let a lock hold W̃ = T W and C = T⁻¹, for any nonsingular T. An attacker who knows which layers form a pair
replaces (W̃, C) by (C W̃, I), which computes the same function with the same number of parameters. For all directions
(P, R) and (P2, R2) of the new pair, which move the rest of the model in any way:
∂²L(C W̃, I)[(P, R), (P2, R2)] = ∂²L(W, I)[(P, R), (P2, R2)]. The right side knows nothing of T: the Hessian is H(1),
that of the identity-inserted model, whatever α was and whichever directions were inflated.

**Assumes.** Nonsingular T (`nonsingular`), which makes C W̃ = W; of locks it needs nothing else. Both are replaced: who
forgets to multiply (mutant `weight_left`), or leaves the compensator in place (mutant `compensator_left`), changes
the function.

**Tight when** always: it is an equality.

**Not claimed.** Base level: H(1) is larger than H_base by what the inserted layer adds; see `attack_merge_level`,
`attack_balance_level`. Anything on a pair that has been trained: then C W̃ is what training made of W, and the claim is
that the curvature is that of the model with an identity inserted behind C W̃.

**Degenerate cases.** T = I leaves everything as it is.

**Source.** Ours; derivation in proofs/limits/attack_rescale.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import PAIR, second_derivative, sizes_of_pair
from specbound.statements.recipes import by_spectrum

DOMAIN = Domain({**{name: shape for name, shape in PAIR.items() if name != "U"}, "T": ("d", "d")})


def inverse_of(x: Instance) -> Array:
    """``T⁻¹``, the compensator."""
    return x.ops.solve(x.T, x.ops.identity(x.T))


def deformed(x: Instance) -> Array:
    """``T W``."""
    return x.ops.product(x.T, x.W)


def at(x: Instance, outer: Array, inner: Array) -> Scalar:
    return second_derivative(x, outer, inner, ((x.P, x.R), (x.P2, x.R2)))


def lhs(x: Instance) -> Scalar:
    return at(x, x.ops.identity(x.T), x.ops.product(inverse_of(x), deformed(x)))


def rhs(x: Instance) -> Scalar:
    return at(x, x.ops.identity(x.T), x.W)


def compensator_left(x: Instance) -> Scalar:
    inverse = inverse_of(x)
    return at(x, inverse, x.ops.product(inverse, deformed(x)))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    condition = norm(x.T) / x.ops.singular_values(x.T).smallest()
    return (1 + norm(inverse_of(x)) * norm(x.T)) ** 2 * condition**2 * sizes_of_pair(x)


statement = Statement(
    id="attack_rescale",
    area="limits",
    claim=r"\forall \det T \ne 0,\ \tilde W = T W,\ C = T^{-1},\ P, R, P_2, R_2:\ "
    r"\partial^2 L(C \tilde W, I)[(P, R), (P_2, R_2)] = \partial^2 L(W, I)[(P, R), (P_2, R_2)]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/attack_rescale.py"),
    assumptions=(Assumption("nonsingular", "T has no inverse otherwise", lambda x: x.ops.nonsingular(x.T)),),
    mutants=(
        Mutant(
            "weight_left",
            r"the pair replaced by $(\tilde W, I)$",
            {"lhs": lambda x: at(x, x.ops.identity(x.T), deformed(x))},
        ),
        Mutant("compensator_left", r"the pair replaced by $(C \tilde W, C)$", {"lhs": compensator_left}),
    ),
    recipes=(by_spectrum(DOMAIN, size=2, nonsingular=("T",)),),
)
