r"""A low-rank adapter on the deformed weight, the pair frozen, is one on the weight itself that the lock contracts.

**Claim.** z = C (W̃ + B A) h, with C and W̃ held. For all C, W̃, B (d×r) and A (r×n), all directions (R, X, …) and
(R2, X2, …) of B, A and whatever else moves: ∂²L_attacked(B, A)[(R, X, …), (R2, X2, …)] =
∂²L_base(C B, A)[(C R, X, …), (C R2, X2, …)], L_base having the adapter beside C W̃. So the Hessian of the adapter is
Dᵀ H D with D = blockdiag(C ⊗ I, I), H that of the adapter C B, A in the model without a lock. For a lock, C = T⁻¹: with
T ⪰ I no eigenvalue grows (as in `attack_freeze`), and B moves by η/α² along the inflated output directions, which is
why such adapters look inert. A two-sided lock makes it grow (`two_sided_lock_frozen`).

**Assumes.** That the pair is frozen (mutant `trained`) and that B is mapped along with its directions (mutant
`same_adapter`): at B = 0, where training of adapters begins, both are alike.

**Tight when** always: it is an equality.

**Not claimed.** Anything on an adapter on the output of the pair: that is base LoRA (`attack_parallel`).

**Degenerate cases.** C = I is no lock.

**Source.** Ours; derivation in proofs/limits/attack_lora.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import REST, behind, inputs, size_behind, sizes
from specbound.statements.jets import Jet, product
from specbound.statements.recipes import entries

DOMAIN = Domain(
    {
        "C": ("d", "d"),
        "W": ("d", "n"),
        "B": ("d", "r"),
        "R": ("d", "r"),
        "R2": ("d", "r"),
        "A": ("r", "n"),
        "X": ("r", "n"),
        "X2": ("r", "n"),
        **REST,
    }
)


def adapter(x: Instance, b: Array, b_s: Array, b_t: Array) -> Jet:
    """``B A``, as both move."""
    return product(Jet(x.ops, b, b_s, b_t), Jet(x.ops, x.A, x.X, x.X2))


def _locked(x: Instance, weight: Jet) -> Scalar:
    return behind(x, product(Jet(x.ops, x.C), weight + adapter(x, x.B, x.R, x.R2), inputs(x)))


def lhs(x: Instance) -> Scalar:
    return _locked(x, Jet(x.ops, x.W))


def trained(x: Instance) -> Scalar:
    """The same where W̃ moves along B A."""
    return _locked(x, Jet(x.ops, x.W, x.ops.product(x.B, x.A)))


def rhs(x: Instance) -> Scalar:
    return _base(x, x.ops.product(x.C, x.B))


def same_adapter(x: Instance) -> Scalar:
    return _base(x, x.B)


def _base(x: Instance, b: Array) -> Scalar:
    ops = x.ops
    mapped = adapter(x, b, ops.product(x.C, x.R), ops.product(x.C, x.R2))
    return behind(x, product(Jet(ops, ops.product(x.C, x.W)) + mapped, inputs(x)))


def scale(x: Instance) -> Scalar:
    adapted = sizes(x, x.B, x.R, x.R2) * sizes(x, x.A, x.X, x.X2)
    return size_behind(x, (1 + sizes(x, x.C)) * (sizes(x, x.W) + adapted))


statement = Statement(
    id="attack_lora",
    area="limits",
    claim=r"\forall C, \tilde W, B, A:\ z = C\, (\tilde W + B A)\, h \ \Rightarrow\ "
    r"\partial^2 L_{\text{attacked}}(B, A)[(R, X, \ldots), (R_2, X_2, \ldots)] = "
    r"\partial^2 L(z = (C \tilde W + B' A)\, h)[(C R, X, \ldots), (C R_2, X_2, \ldots)],\ B' = C B",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/attack_lora.py"),
    mutants=(
        Mutant("same_adapter", r"$B' = B$, along $C R$ and $C R_2$", {"rhs": same_adapter}),
        Mutant("trained", "W̃ moves along BA with B and A", {"lhs": trained}),
    ),
    recipes=(entries(DOMAIN, size=2),),
)
