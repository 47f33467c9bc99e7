r"""Who freezes the compensator trains the model without a lock, in coordinates that a one-sided lock contracts.

**Claim.** With C held, L_locked(W̃, …) = L_base(C W̃, …). For all C and W̃, all directions (P, …) and (P2, …) of W̃ and of
whatever else moves: ∂²L_locked(W̃)[(P, …), (P2, …)] = ∂²L_base(C W̃)[(C P, …), (C P2, …)]. Hence
H_frozen = Dᵀ H_base D with D = blockdiag(C ⊗ I, I), at every W̃.

For a lock, C = T⁻¹, and C W̃ = W where the attack begins. Then what is known of congruent Hessians applies.
`inertia`, read from H_base to H_frozen: each eigenvalue has the sign that it had, and is at most ‖D‖² times as large,
‖D‖ = max(1, ‖T⁻¹‖). So for T ⪰ I no eigenvalue grows, whatever α: the largest of them is bounded in
`block_exponents_rest`, and base level is restored at no cost in parameters. `trajectory_equivalence` has the price: a
step η on W̃ is one on W with the gradient multiplied by T⁻², η/α² along the k inflated output directions, so that they
hardly move.

**Assumes.** That C is frozen (mutant `trained`). No property of C: it need not be nonsingular.

**Tight when** always: it is an equality.

**Not claimed.** That this defeats every lock. `two_sided_lock_frozen`: where T divides directions by α, ‖T⁻¹‖ = α, and
the curvature in W̃ grows like α².

**Degenerate cases.** C = I is no lock; what C maps to zero cannot be trained.

**Source.** Ours; derivation in proofs/limits/attack_freeze.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.deformations import PAIR, behind, inputs, size_behind, sizes
from specbound.statements.jets import Jet, product
from specbound.statements.recipes import entries

DOMAIN = Domain({**{name: shape for name, shape in PAIR.items() if name not in ("U", "R2")}, "C": ("d", "d")})


def _locked(x: Instance, compensator: Jet) -> Scalar:
    return behind(x, product(compensator, Jet(x.ops, x.W, x.P, x.P2), inputs(x)))


def lhs(x: Instance) -> Scalar:
    """The locked model at (W, C), with C held."""
    return _locked(x, Jet(x.ops, x.C))


def trained(x: Instance) -> Scalar:
    """The same where C moves along R with W̃ along P."""
    return _locked(x, Jet(x.ops, x.C, x.R))


def rhs(x: Instance) -> Scalar:
    """The model without a lock at C W̃."""
    ops = x.ops
    weight = Jet(ops, *(ops.product(x.C, part) for part in (x.W, x.P, x.P2)))
    return behind(x, product(weight, inputs(x)))


def same_directions(x: Instance) -> Scalar:
    ops = x.ops
    return behind(x, product(Jet(ops, ops.product(x.C, x.W), x.P, x.P2), inputs(x)))


def scale(x: Instance) -> Scalar:
    return size_behind(x, sizes(x, x.C, x.R) * sizes(x, x.W, x.P, x.P2))


statement = Statement(
    id="attack_freeze",
    area="limits",
    claim=r"\forall C, \tilde W, P, P_2:\ \partial^2_{\tilde W, \ldots} L_{\text{locked}}(\tilde W)[(P, \ldots), "
    r"(P_2, \ldots)] = \partial^2_{W, \ldots} L_{\text{base}}(C \tilde W)[(C P, \ldots), (C P_2, \ldots)]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/attack_freeze.py"),
    mutants=(
        Mutant("trained", "C moves with W̃", {"lhs": trained}),
        Mutant("same_directions", "P and P2 in place of CP and CP2", {"rhs": same_directions}),
    ),
    recipes=(entries(DOMAIN, size=3),),
)
