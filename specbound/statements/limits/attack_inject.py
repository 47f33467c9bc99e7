r"""What is trained before and behind a frozen pair of layers does not see the lock.

**Claim.** The pair W̃ = T W, C = T⁻¹ is frozen, and linear layers are inserted before and behind it: z = B C W̃ A h. For
all nonsingular T, all A and B, all directions (R, X, …) and (R2, X2, …) of B, A and whatever else moves:
∂²L_attacked[(R, X, …), (R2, X2, …)] is the same second derivative of the model without a lock with A and B inserted,
z = B W A h. So it does not depend on α, nor on any other property of T: whoever inserts trains as on the model without
a lock, and needs to know no more than where the pair is. One layer on the narrower side, d_out² or d_in² parameters,
is no more than the d_out d_in of the weight: linear in the size of the model.

**Assumes.** Nonsingular T (`nonsingular`) and a compensator that undoes it, C W̃ = W (mutant `another_compensator`). A
place outside the pair: between its layers the lock acts on what is inserted (mutant `between`; `attack_inject_inside`).
A bias behind C adds one and the same term to both sides.

**Tight when** always: it is an equality.

**Not claimed.** That B and A reach what training W does: B W keeps to the row space of W, W A to its column space. That
the curvature is at base level: it is that of the model with A and B inserted, which depends on W.

**Degenerate cases.** T = I is no lock. A = I, X = X2 = 0: behind alone; B = I, R = R2 = 0: before alone.

**Source.** Ours, on layer injection; derivation in proofs/limits/attack_inject.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import REST, behind, inputs, size_behind, sizes
from specbound.statements.jets import Jet, product
from specbound.statements.recipes import by_spectrum

DOMAIN = Domain(
    {
        "W": ("d", "n"),
        "T": ("d", "d"),
        "B": ("d", "d"),
        "R": ("d", "d"),
        "R2": ("d", "d"),
        "A": ("n", "n"),
        "X": ("n", "n"),
        "X2": ("n", "n"),
        **REST,
    }
)


def inserted(x: Instance) -> tuple[Jet, Jet]:
    """B and A, as they move."""
    return Jet(x.ops, x.B, x.R, x.R2), Jet(x.ops, x.A, x.X, x.X2)


def inverse_of(x: Instance) -> Array:
    """``T⁻¹``."""
    return x.ops.solve(x.T, x.ops.identity(x.T))


def around(x: Instance, *frozen: Array) -> Scalar:
    """``∂²/∂s∂t`` of the loss behind B, the frozen layers and A."""
    b, a = inserted(x)
    return behind(x, product(b, *(Jet(x.ops, layer) for layer in frozen), a, inputs(x)))


def lhs(x: Instance) -> Scalar:
    return around(x, inverse_of(x), x.ops.product(x.T, x.W))


def another_compensator(x: Instance) -> Scalar:
    return around(x, x.T, x.ops.product(x.T, x.W))


def between(x: Instance) -> Scalar:
    """``z = C B W̃ A h``."""
    b, a = inserted(x)
    compensator, weight = (Jet(x.ops, layer) for layer in (inverse_of(x), x.ops.product(x.T, x.W)))
    return behind(x, product(compensator, b, weight, a, inputs(x)))


def rhs(x: Instance) -> Scalar:
    return around(x, x.W)


def scale(x: Instance) -> Scalar:
    norm, ops = x.ops.frobenius_norm, x.ops
    condition = norm(x.T) / ops.singular_values(x.T).smallest()
    pair = (1 + condition * norm(inverse_of(x)) + norm(x.T)) * (1 + norm(x.T)) * norm(x.W)
    return size_behind(x, sizes(x, x.B, x.R, x.R2) * pair * sizes(x, x.A, x.X, x.X2))


NONSINGULAR = Assumption("nonsingular", "T has no inverse otherwise", lambda x: x.ops.nonsingular(x.T))


statement = Statement(
    id="attack_inject",
    area="limits",
    claim=r"\forall \det T \ne 0,\ A, B:\ z = B\, T^{-1} (T W) A\, h \ \Rightarrow\ "
    r"\partial^2_{B, A, \ldots} L_{\text{attacked}} = \partial^2_{B, A, \ldots} L(z = B W A\, h)",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/attack_inject.py"),
    assumptions=(NONSINGULAR,),
    mutants=(
        Mutant("between", r"$z = T^{-1} B\, (T W) A\, h$", {"lhs": between}),
        Mutant("another_compensator", "T in place of its inverse", {"lhs": another_compensator}),
    ),
    recipes=(by_spectrum(DOMAIN, size=2, nonsingular=("T",)),),
)
