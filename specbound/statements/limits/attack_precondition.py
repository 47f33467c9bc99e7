r"""Whoever knows what a lock inflates, and by how much, trains the locked model as if an identity had been inserted.

**Claim.** Let T = I + (α − 1) U Uᵀ, let (W, C) be any pair of the identity-inserted model, and (W̃, C̃) = (TW, CT⁻¹) the
locked pair that computes the same. One step of gradient descent on the locked pair, with the gradient in W̃ multiplied
by T² from the left and the one in C̃ by T⁻² from the right, is in the inserted model one plain step:
T⁻¹ (W̃ − η T² ∇_W̃ L_locked) = W − η ∇_W L and (C̃ − η ∇_C̃ L_locked T⁻²) T = C − η ∇_C L, compared along all columns
y, v, z. The locked model is not changed for that, and no parameter is added. As both pairs correspond again after the
step, and W, C were any, all further steps agree too: the trajectory is that of the identity-inserted model. In symbols
the gradient is multiplied by (DᵀD)⁻¹ = blockdiag(T² ⊗ I, I ⊗ T⁻², I), D as in `deformation_congruence`.

**Assumes.** Orthonormal columns of U (`orthonormal_columns`; mutant `any_columns`). The exact power (mutant
`not_squared`, T in place of T²), and both blocks (mutant `compensator_forgotten`).

**Tight when** always: it is an equality.

**Not claimed.** That it is the trajectory of the base model, nor anything on steps that are not linear in the gradient;
knowing U and α to some accuracy only, as from a compensator that has been trained (see `lock_detection`).

**Degenerate cases.** α = 1, where nothing is multiplied.

**Source.** Ours; derivation in proofs/limits/attack_precondition.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import ANY_FACTOR, orthonormal, scaling
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(
    {
        "W": ("d", "n"),
        "C": ("d", "d"),
        "U": ("d", "k"),
        "h": ("n", "1"),
        "g": ("d", "1"),
        "y": ("d", "1"),
        "v": ("d", "1"),
        "z": ("n", "1"),
    },
    numbers={"alpha": ANY_FACTOR, "eta": Number(low=0.0, searched=(0.01, 1.0))},
)
"""``g`` is the gradient of the loss in the output C W h, which both models share."""

Pair = tuple[Array, Array]
"""A weight, and the compensator behind it."""


def gradients(x: Instance, pair: Pair) -> Pair:
    """``Cᵀ g hᵀ`` and ``g (W h)ᵀ``: the gradients in the two layers of a pair."""
    ops, (inner, outer) = x.ops, pair
    of_inner = ops.product(ops.transpose(outer), x.g, ops.transpose(x.h))
    return of_inner, ops.product(x.g, ops.transpose(ops.product(inner, x.h)))


def stepped(x: Instance, pair: Pair, along: Pair) -> Pair:
    inner, outer = (x.ops.difference(at, x.ops.scaled(x.eta, by)) for at, by in zip(pair, along, strict=True))
    return inner, outer


def compared(x: Instance, pair: Pair) -> Scalar:
    """``yᵀ W z + yᵀ C v``."""
    ops, (inner, outer) = x.ops, pair
    row = ops.transpose(x.y)
    return ops.entry(ops.sum(ops.product(row, inner, x.z), ops.product(row, outer, x.v)))


def preconditioned(x: Instance, of_weight: Scalar, of_compensator: Scalar) -> Scalar:
    """After a step of the locked pair, mapped to the inserted one.

    The gradients are multiplied by what multiplies the span of U by ``of_weight`` and by ``of_compensator``.
    """
    ops = x.ops
    t, inverse = scaling(ops, x.U, x.alpha), scaling(ops, x.U, 1 / x.alpha)
    pair = ops.product(t, x.W), ops.product(x.C, inverse)
    of_inner, of_outer = gradients(x, pair)
    along = (
        ops.product(scaling(ops, x.U, of_weight), of_inner),
        ops.product(of_outer, scaling(ops, x.U, of_compensator)),
    )
    inner, outer = stepped(x, pair, along)
    return compared(x, (ops.product(inverse, inner), ops.product(outer, t)))


def lhs(x: Instance) -> Scalar:
    return preconditioned(x, x.alpha**2, 1 / x.alpha**2)


def rhs(x: Instance) -> Scalar:
    pair = x.W, x.C
    return compared(x, stepped(x, pair, gradients(x, pair)))


def scale(x: Instance) -> Scalar:
    norm, span = x.ops.frobenius_norm, 1 + x.ops.frobenius_norm(x.U) ** 2
    growth = (x.alpha + 1 / x.alpha) ** 2 * span**4
    of_weight = norm(x.W) + x.eta * norm(x.C) * norm(x.g) * norm(x.h)
    of_compensator = norm(x.C) + x.eta * norm(x.g) * norm(x.W) * norm(x.h)
    return growth * norm(x.y) * (of_weight * norm(x.z) + of_compensator * norm(x.v))


statement = Statement(
    id="attack_precondition",
    area="limits",
    claim=r"\forall \alpha, \eta > 0,\ U^\top U = I,\ T = I + (\alpha - 1) U U^\top,\ W, C,\ "
    r"\tilde W = T W,\ \tilde C = C T^{-1}:\ "
    r"T^{-1} (\tilde W - \eta T^2 \nabla_{\tilde W} L_{\text{locked}}) = W - \eta \nabla_W L,\ "
    r"(\tilde C - \eta \nabla_{\tilde C} L_{\text{locked}} T^{-2})\, T = C - \eta \nabla_C L",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/attack_precondition.py"),
    assumptions=(orthonormal("U"),),
    mutants=(
        Mutant("any_columns", "U with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=2),)}),
        Mutant(
            "not_squared",
            "$T$ and $T^{-1}$ in place of their squares",
            {"lhs": lambda x: preconditioned(x, x.alpha, 1 / x.alpha)},
        ),
        Mutant(
            "compensator_forgotten",
            "only the gradient of the weight multiplied",
            {"lhs": lambda x: preconditioned(x, x.alpha**2, 1)},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, size=3, orthonormal=("U",)),),
)
