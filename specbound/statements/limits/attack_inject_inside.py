r"""What is inserted between the layers of a frozen pair has curvature that grows like α², or α⁴ for a two-sided lock.

**Claim.** Let U have orthonormal columns and Q = I − U Uᵀ. The pair is frozen; its weight inflates U, and its
compensator undoes that: W̃ = α U UᵀW + Q G, C = U Uᵀ/α + E Q. B = I is inserted between them: z = C B W̃ h. For all
α > 0, all E, G, Y and Y2: ∂²L_attacked[Q Y Uᵀ, Q Y2 Uᵀ] = α² ∂²L_inserted[E Q Y Uᵀ, E Q Y2 Uᵀ], the second derivative
in B of z = B W h.
These are the directions that map what is inflated to what is not. A one-sided lock has E = I and G = W: α² times the
curvature that B has without a lock. A two-sided lock, whose E multiplies some directions of Q by α, has α⁴ along those.
So whoever inserts blindly has to insert at the bounds of blocks (`attack_inject`).

**Assumes.** Orthonormal columns of U (`orthonormal_columns`; mutant `any_columns`), and directions from the inflated
ones to others: from the inflated to themselves, C undoes what W̃ does (mutant `not_projected` lets them in).

**Tight when** always: it is an equality.

**Not claimed.** That E and G belong to a lock: C W̃ = W is needed only so that both losses, and their Hessians in z, are
looked at in one point. That other directions grow: B acts as T⁻¹ B T, so that those from Q to U shrink by as much.

**Degenerate cases.** U that spans everything leaves 0 = 0: T is a multiple of I.

**Source.** Ours; derivation in proofs/limits/attack_inject_inside.py.
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
        "W": ("d", "n"),
        "U": ("d", "k"),
        "E": ("d", "d"),
        "G": ("d", "n"),
        "Y": ("d", "k"),
        "Y2": ("d", "k"),
        "h": ("n", "1"),
        "g": ("d", "1"),
        "S": ("d", "d"),
    },
    numbers={"alpha": ANY_FACTOR},
)


def second(x: Instance, compensator: Array, weight: Array, one: Array, other: Array) -> Scalar:
    """``∂²/∂s∂t`` of the loss behind ``C (I + s one Uᵀ + t other Uᵀ) W̃ h``."""
    ops = x.ops
    moved = (ops.product(columns, ops.transpose(x.U)) for columns in (one, other))
    z = product(Jet(ops, compensator), Jet(ops, ops.identity(x.W), *moved), Jet(ops, weight), Jet(ops, x.h))
    return mixed_derivative(z, x.g, ops.sum(x.S, ops.transpose(x.S)))


def to_others(x: Instance) -> tuple[Array, Array]:
    """``Q Y`` and ``Q Y2``."""
    rest = scaling(x.ops, x.U, 0)
    return x.ops.product(rest, x.Y), x.ops.product(rest, x.Y2)


def _locked(x: Instance, one: Array, other: Array) -> Scalar:
    ops, rest = x.ops, scaling(x.ops, x.U, 0)
    span = ops.product(x.U, ops.transpose(x.U))
    compensator = ops.sum(ops.scaled(1 / x.alpha, span), ops.product(x.E, rest))
    weight = ops.sum(ops.scaled(x.alpha, ops.product(span, x.W)), ops.product(rest, x.G))
    return second(x, compensator, weight, one, other)


def lhs(x: Instance) -> Scalar:
    return _locked(x, *to_others(x))


def not_projected(x: Instance) -> Scalar:
    return _locked(x, x.Y, x.Y2)


def without_lock(x: Instance) -> Scalar:
    """The second derivative in B of the model without a lock, along ``E Q Y Uᵀ`` and ``E Q Y2 Uᵀ``."""
    ops = x.ops
    one, other = (ops.product(x.E, columns) for columns in to_others(x))
    return second(x, ops.identity(x.W), x.W, one, other)


def rhs(x: Instance) -> Scalar:
    return x.alpha**2 * without_lock(x)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    span = norm(x.U) ** 2
    compensator = span / x.alpha + norm(x.E) * (1 + span)
    weight = x.alpha * span * norm(x.W) + (1 + span) * norm(x.G)
    moved = (1 + span) ** 2 * span * norm(x.Y) * norm(x.Y2) * norm(x.h) ** 2 * norm(x.S)
    return ((compensator * weight) ** 2 + (x.alpha * norm(x.E) * norm(x.W)) ** 2) * moved


statement = Statement(
    id="attack_inject_inside",
    area="limits",
    claim=r"\forall U^\top U = I,\ Q = I - U U^\top,\ E, G,\ \alpha > 0,\ "
    r"z = (\tfrac{1}{\alpha} U U^\top + E Q)\, B\, (\alpha U U^\top W + Q G)\, h,\ Y, Y_2:\ "
    r"\partial^2_B L_{\text{attacked}}[Q Y U^\top, Q Y_2 U^\top] = "
    r"\alpha^2\, \partial^2_B L(z = B W h)[E Q Y U^\top, E Q Y_2 U^\top]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/attack_inject_inside.py"),
    assumptions=(orthonormal("U"),),
    mutants=(
        Mutant("any_columns", "U with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant("not_projected", r"$Y U^\top$ and $Y_2 U^\top$ on the left", {"lhs": not_projected}),
        Mutant("linear", r"$\alpha$ in place of $\alpha^2$", {"rhs": lambda x: x.alpha * without_lock(x)}),
    ),
    recipes=(by_spectrum(DOMAIN, size=3, orthonormal=("U",)),),
)
