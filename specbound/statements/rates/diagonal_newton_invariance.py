r"""Dividing by the exact diagonal of the Hessian takes the same steps on a lock that is aligned with coordinates.

**Claim.** Let H be the Hessian and g the gradient of the identity-inserted model, D = X∘I a diagonal change of
variable, so that the locked model has DHD and Dg; M∘I is the diagonal part of M. Then for all H and X whose diagonals
have no zero: D ((DHD)∘I)⁻¹ Dg = (H∘I)⁻¹ g, compared along all y. The left side is the step on the locked model in the
coordinates of the inserted one. The rotated form of a lock has such a D, in the basis that it is stored in. So a method
that divides by the exact diagonal, AdaHessian with power 1 in its first step, is not slowed by it: the largest stable
learning rate has exponent 0. It divides by |h_i|, for which the same holds, as D > 0.

**Assumes.** Diagonals without a zero (`nonsingular`): the steps are not defined otherwise. A diagonal D (mutant
`dense`): the dense form of a lock is not aligned with coordinates; see `diagonal_newton_dense`.

**Tight when** always: it is an equality.

**Not claimed.** Estimates of the diagonal. Hutchinson's takes z∘(Mz) for random signs z, which is off by
Σ_{j≠i} d_i d_j h_ij z_i z_j at i: relative to d_i² h_ii by something of order α where i is not inflated and some j is.
Then it is the noise that steps are divided by, and what is not inflated moves like 1/α. Powers of the diagonal other
than 1 (mutant `root`). Damping, as by ε, and averages of squares are invariant only in part.

**Degenerate cases.** D = I is the identity-inserted model.

**Source.** Ours; derivation in proofs/rates/diagonal_newton_invariance.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.steps import completed

DOMAIN = Domain({"H": ("n", "n"), "X": ("n", "n"), "g": ("n", "1"), "y": ("n", "1")})


def diagonal(x: Instance, matrix: Array) -> Array:
    """``matrix ∘ I``."""
    return x.ops.hadamard(matrix, x.ops.identity(matrix))


def change(x: Instance) -> Array:
    """``D = X ∘ I``."""
    return diagonal(x, x.X)


def locked_diagonal(x: Instance, by: Array) -> Array:
    """The diagonal part of ``by · H · by``."""
    return diagonal(x, x.ops.product(by, x.H, by))


def locked_step(x: Instance, by: Array) -> Scalar:
    """``yᵀ D ((DHD)∘I)⁻¹ D g``, with any matrix in place of D."""
    ops = x.ops
    step = ops.solve(locked_diagonal(x, by), ops.product(by, x.g))
    return ops.entry(ops.product(ops.transpose(x.y), by, step))


def lhs(x: Instance) -> Scalar:
    return locked_step(x, change(x))


def rhs(x: Instance) -> Scalar:
    return x.ops.entry(x.ops.product(x.ops.transpose(x.y), x.ops.solve(diagonal(x, x.H), x.g)))


def root_of_locked(x: Instance) -> Scalar:
    """The same with a preconditioner that is ``D (H∘I)`` in place of ``D (H∘I) D``: half of the powers of α."""
    ops, d = x.ops, change(x)
    step = ops.solve(ops.product(d, diagonal(x, x.H)), ops.product(d, x.g))
    return ops.entry(ops.product(ops.transpose(x.y), d, step))


def without_zeros(x: Instance) -> bool:
    return x.ops.nonsingular(diagonal(x, x.H)) & x.ops.nonsingular(change(x))


def scale(x: Instance) -> Scalar:
    norm, smallest = x.ops.frobenius_norm, x.ops.singular_values(diagonal(x, x.H)).smallest()
    spread = norm(x.X) / x.ops.singular_values(change(x)).smallest()
    return norm(x.y) * norm(x.g) * spread**4 * norm(x.H) / smallest**2


def _away_from_zero(x: Instance) -> dict[str, Array]:
    """Diagonals between 1/2 and 3/2, and from 1 to 3: entries are at most 1 in size."""
    identity = x.ops.identity(x.H)
    return {"H": x.H / 2 + identity, "X": x.X + 2 * identity}


statement = Statement(
    id="diagonal_newton_invariance",
    area="rates",
    claim=r"\forall g, H, X,\ h_{ii} \ne 0,\ x_{ii} \ne 0,\ D = X \circ I:\ "
    r"D\, \big((D H D) \circ I\big)^{-1} D g = (H \circ I)^{-1} g",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/diagonal_newton_invariance.py"),
    assumptions=(Assumption("nonsingular", "the steps are not defined otherwise", without_zeros),),
    mutants=(
        Mutant("dense", "X in place of D", {"lhs": lambda x: locked_step(x, x.X)}),
        Mutant("root", r"$D (H \circ I)$ in place of $D (H \circ I) D$", {"lhs": root_of_locked}),
        Mutant(
            "not_mapped",
            "without D before the step",
            {
                "lhs": lambda x: x.ops.entry(
                    x.ops.product(
                        x.ops.transpose(x.y),
                        x.ops.solve(locked_diagonal(x, change(x)), x.ops.product(change(x), x.g)),
                    )
                )
            },
        ),
    ),
    recipes=(completed(DOMAIN, "away_from_zero", _away_from_zero),),
)
