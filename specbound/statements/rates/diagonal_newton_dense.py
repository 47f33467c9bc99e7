r"""Dividing by the diagonal of the Hessian on a dense lock, a step along a coordinate moves it by order 1/α.

**Claim.** Let P (n×k) have orthonormal columns that span the inflated directions of the inserted model, Q = I − P Pᵀ,
so that the locked model's coordinate e is the direction t = αP Pᵀe + Qe. Let g be the gradient and JᵀJ the Hessian of
the inserted model: in the locked one the entry of the gradient at e is gᵀt, that of the Hessian's diagonal ‖Jt‖². Then
for all J, g, e, P, all α ≥ 1 and every entry s > 0 of a step with s ‖Jt‖² ≤ gᵀt:
s (α ‖J P Pᵀe‖ − ‖J Q e‖)² ≤ α gᵀP Pᵀe + gᵀQe. So with κ = ‖J P Pᵀe‖ > 0, s is at most of order 1/α, and tends to gᵀP
Pᵀe/(ακ²). It moves the inserted model by s t: what is inflated by order α⁰, the rest by order 1/α. So the largest
stable learning rate has exponent 0, as in the rotated form; but what is not inflated, C'U_⊥, is slowed like 1/α by
every coordinate that leans into the inflated directions and has curvature there. A coordinate with P Pᵀe = 0, or
without curvature there, is moved as if there were no lock.

**Assumes.** A step no longer than Newton's along e (`no_longer`; mutant `any_step`). Orthonormal columns of P matter
for what is inflated, not for the inequality.

**Tight when** JQe is a multiple −c JP Pᵀe with c ≥ 0, and s is Newton's step along e.

**Not claimed.** That the step is a good one: it takes entries of the gradient for independent of each other, where they
share the inflated directions. Estimates of the diagonal, as in `diagonal_newton_invariance`. Where gᵀt < 0, take −e for
e.

**Degenerate cases.** κ = 0 leaves s ‖JQe‖² ≤ gᵀt.

**Source.** Ours; derivation in proofs/rates/diagonal_newton_dense.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Assumption, Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.clipping import SLACK
from specbound.statements.deformations import INFLATION, scaling
from specbound.statements.recipes import by_spectrum
from specbound.statements.steps import completed, inner, quotient, sign

DOMAIN = Domain(
    {"J": ("m", "n"), "g": ("n", "1"), "e": ("n", "1"), "P": ("n", "k")},
    numbers={"alpha": INFLATION, "s": Number(low=0.0, searched=(0.01, 1.0))},
)


def inflated(x: Instance) -> Array:
    """``P Pᵀ e``."""
    return x.ops.product(x.P, x.ops.transpose(x.P), x.e)


def rest(x: Instance) -> Array:
    """``Q e``."""
    return x.ops.product(scaling(x.ops, x.P, 0), x.e)


def direction(x: Instance) -> Array:
    """``t = αP Pᵀe + Qe``."""
    return x.ops.sum(x.ops.scaled(x.alpha, inflated(x)), rest(x))


def length(x: Instance, column: Array) -> Scalar:
    """``‖J column‖``."""
    return x.ops.frobenius_norm(x.ops.product(x.J, column))


def entry_of_diagonal(x: Instance) -> Scalar:
    """``‖Jt‖²``."""
    image = x.ops.product(x.J, direction(x))
    return inner(x, image, image)


def entry_of_gradient(x: Instance) -> Scalar:
    """``gᵀt``."""
    return inner(x, x.g, direction(x))


def lhs(x: Instance) -> Scalar:
    return x.s * (x.alpha * length(x, inflated(x)) - length(x, rest(x))) ** 2


def without_rest(x: Instance) -> Scalar:
    return x.s * (x.alpha * length(x, inflated(x))) ** 2


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    size = (1 + x.alpha) * (1 + x.ops.singular_value(x.P, 0) ** 2) * norm(x.e)
    return x.s * (norm(x.J) * size) ** 2 + norm(x.g) * size


NO_LONGER = Assumption(
    "no_longer", "a longer step has no bound", lambda x: x.s * entry_of_diagonal(x) <= entry_of_gradient(x)
)


def newton(x: Instance) -> dict[str, Array]:
    """A gradient that goes along the coordinate, and Newton's step there, less a little."""
    gain = entry_of_gradient(x)
    step = (1 - SLACK) * quotient(gain, entry_of_diagonal(x))
    return {"g": x.ops.scaled(sign(gain), x.g), "s": step}


statement = Statement(
    id="diagonal_newton_dense",
    area="rates",
    claim=r"\forall J, g, e, P,\ Q = I - P P^\top,\ \alpha \ge 1,\ t = \alpha P P^\top e + Q e,\ s > 0,\ "
    r"s\, \|J t\|^2 \le g^\top t:\ "
    r"s\, (\alpha\, \|J P P^\top e\| - \|J Q e\|)^2 \le \alpha\, g^\top P P^\top e + g^\top Q e",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=entry_of_gradient,
    scale=scale,
    source=Source("ours", place="proofs/rates/diagonal_newton_dense.py"),
    assumptions=(NO_LONGER,),
    attained=(
        Example(
            "the rest undoes a part",
            {
                "J": [[1, -1]],
                "g": [[1], [1]],
                "e": [[1], [1]],
                "P": [[1], [0]],
                "alpha": 3,
                "s": 1,
            },
        ),
    ),
    mutants=(
        Mutant("any_step", "any s", {"assumptions": (), "recipes": (by_spectrum(DOMAIN, orthonormal=("P",)),)}),
        Mutant("without_rest", r"without $\|J Q e\|$", {"lhs": without_rest}),
        Mutant("halved", "half the right side", {"rhs": lambda x: entry_of_gradient(x) / 2}),
    ),
    recipes=(completed(DOMAIN, "newton", newton, orthonormal=("P",)),),
)
