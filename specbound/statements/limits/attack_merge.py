r"""A pair of layers that is multiplied together is the base model, whose Hessian is a block of the inserted model's.

**Claim.** Let the loss behind a pair of layers z = C (W̃ h), at any values of W̃ and C, be looked at along directions
(P, R) and (P2, R2) of (W̃, C), which move the rest of the model in any way. The merged model has the single weight C W̃
in place of the pair, and g hᵀ is the gradient of its loss in that weight. Then
∂²L_pair[(P, R), (P2, R2)] = ∂²L_merged[CP + RW̃, CP2 + R2W̃] + ⟨g hᵀ, R P2 + R2 P⟩.

For a lock, C W̃ = W, and the merged model is the base model. At the pair (W, I) and for R = R2 = 0 the claim is that
∂²L_inserted[(P, 0), (P2, 0)] = ∂²L_base[P, P2]: H_base is the block of H(1) that leaves the compensator out, so
`attack_merge_level` applies to it. With R = R2 = 0 alone it is what `attack_freeze` is about.

**Assumes.** W̃ and C are multiplied in this order, with nothing between them; both are used at one site.

**Tight when** always: it is an equality.

**Not claimed.** That the pair's curvature is as small as that of the base: the directions R of C and the gradient term
are what the pair has on top (mutant `gradient_dropped`), and C stretches P (mutant `compensator_forgotten`). See
`attack_balance_level` for how much they can add. In a format the product is rounded: see `precision_ceiling`.

**Degenerate cases.** At a point where g hᵀ, summed over samples, vanishes, the pair's Hessian is that of the merged
model along CP + RW̃ alone.

**Source.** Ours; derivation in proofs/limits/attack_merge.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import PAIR, behind, second_derivative, sizes_of_pair
from specbound.statements.jets import Jet
from specbound.statements.recipes import entries

DOMAIN = Domain({**{name: shape for name, shape in PAIR.items() if name != "U"}, "C": ("d", "d")})
"""``W`` is the weight of the pair as it is stored, W̃."""


def lhs(x: Instance) -> Scalar:
    return second_derivative(x, x.C, x.W, ((x.P, x.R), (x.P2, x.R2)))


def rhs(x: Instance) -> Scalar:
    return _merged(x, x.C) + _of_gradient(x)


def _merged(x: Instance, stretching: Array) -> Scalar:
    """The merged model, where ``stretching`` is what P is multiplied by."""
    ops = x.ops

    def moved(p: Array, r: Array) -> Array:
        return ops.sum(ops.product(stretching, p), ops.product(r, x.W))

    weight = Jet(ops, ops.product(x.C, x.W), moved(x.P, x.R), moved(x.P2, x.R2))
    return behind(x, weight @ Jet(ops, x.h, x.h_s, x.h_t, x.h_st))


def _of_gradient(x: Instance) -> Scalar:
    """``gᵀ (R P2 + R2 P) h``."""
    ops = x.ops
    both = ops.sum(ops.product(x.R, x.P2), ops.product(x.R2, x.P))
    return ops.entry(ops.product(ops.transpose(x.g), both, x.h))


def scale(x: Instance) -> Scalar:
    return (1 + x.ops.frobenius_norm(x.C)) ** 2 * sizes_of_pair(x)


statement = Statement(
    id="attack_merge",
    area="limits",
    claim=r"\forall \tilde W, C, P, R, P_2, R_2:\ \partial^2 L_{\text{pair}}(\tilde W, C)[(P, R), (P_2, R_2)] = "
    r"\partial^2 L_{\text{base}}(C \tilde W)[C P + R \tilde W, C P_2 + R_2 \tilde W] + "
    r"\langle \nabla L_{\text{base}}(C \tilde W),\ R P_2 + R_2 P \rangle",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/attack_merge.py"),
    mutants=(
        Mutant("gradient_dropped", "without the term of the gradient", {"rhs": lambda x: _merged(x, x.C)}),
        Mutant(
            "compensator_forgotten",
            "$P$ in place of $C P$",
            {"rhs": lambda x: _merged(x, x.ops.identity(x.C)) + _of_gradient(x)},
        ),
    ),
    recipes=(entries(DOMAIN, size=3),),
)
