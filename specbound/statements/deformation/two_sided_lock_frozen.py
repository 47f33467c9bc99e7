r"""Freezing the compensator of a two-sided lock leaves curvature that grows like α².

**Claim.** Let T⁻¹ = α V Vᵀ + (I − V Vᵀ) E (I − V Vᵀ): the lock divides the output directions V by α, and does E⁻¹
elsewhere. With C = T⁻¹ frozen, for all directions V X and V Y of W̃ = T W, all α and E:
∂²L_locked[V X, V Y] = α² ∂²L[V X, V Y], the second derivative in W' of the model without a lock. So the largest
curvature in W̃ is at least α² times that in W' along V.

**Assumes.** Orthonormal columns of V (`orthonormal_columns`; mutant `any_columns`). That there are directions which the
lock divides: along those that a one-sided lock inflates, the same curvature is α⁻² times what it was (mutant
`one_sided`), and `block_exponents_rest` bounds all of it.

**Tight when** always: it is an equality.

**Not claimed.** That merging the pair does not undo it.

**Degenerate cases.** No curvature along V gives 0 = 0.

**Source.** Ours; derivation in proofs/deformation/two_sided_lock_frozen.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import ANY_FACTOR, orthonormal, scaling
from specbound.statements.jets import Jet, mixed_derivative, product
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(
    {
        "V": ("d", "k"),
        "E": ("d", "d"),
        "W": ("d", "n"),
        "X": ("k", "n"),
        "Y": ("k", "n"),
        "h": ("n", "1"),
        "g": ("d", "1"),
        "S": ("d", "d"),
    },
    numbers={"alpha": ANY_FACTOR},
)


def second(x: Instance, compensator: Array) -> Scalar:
    """``∂²/∂s∂t`` of the loss behind ``C (W + s V X + t V Y) h``, with C held."""
    ops = x.ops
    weight = Jet(ops, x.W, ops.product(x.V, x.X), ops.product(x.V, x.Y))
    z = product(Jet(ops, compensator), weight, Jet(ops, x.h))
    return mixed_derivative(z, x.g, ops.sum(x.S, ops.transpose(x.S)))


def frozen(x: Instance, factor: Scalar) -> Array:
    """``factor V Vᵀ + (I − V Vᵀ) E (I − V Vᵀ)``."""
    ops, rest = x.ops, scaling(x.ops, x.V, 0)
    along = ops.scaled(factor, ops.product(x.V, ops.transpose(x.V)))
    return ops.sum(along, ops.product(rest, x.E, rest))


def lhs(x: Instance) -> Scalar:
    return second(x, frozen(x, x.alpha))


def rhs(x: Instance) -> Scalar:
    return x.alpha**2 * second(x, x.ops.identity(x.V))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    compensator = x.alpha * norm(x.V) ** 2 + (1 + norm(x.V) ** 2) ** 2 * norm(x.E)
    moved = norm(x.V) ** 2 * norm(x.X) * norm(x.Y) * norm(x.h) ** 2
    return (compensator**2 + x.alpha**2) * moved * norm(x.S)


statement = Statement(
    id="two_sided_lock_frozen",
    area="deformation",
    claim=r"\forall V^\top V = I,\ E,\ \alpha > 0,\ "
    r"T^{-1} = \alpha V V^\top + (I - V V^\top) E (I - V V^\top),\ X, Y:\ "
    r"\partial^2_{\tilde W} L(T^{-1} \tilde W)[V X, V Y] = \alpha^2\, \partial^2_{W} L(W)[V X, V Y]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/two_sided_lock_frozen.py"),
    assumptions=(orthonormal("V"),),
    mutants=(
        Mutant("any_columns", "V with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant(
            "one_sided",
            r"$1/\alpha$ in place of $\alpha$ in $T^{-1}$",
            {"lhs": lambda x: second(x, frozen(x, 1 / x.alpha))},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("V",)),),
)
