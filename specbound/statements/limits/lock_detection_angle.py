r"""Between what a lock leaves alone and what a stored compensator says it does, the angle θ has sin 2θ of order ‖E‖.

**Claim.** Let Ĉ = C + E with C = (1/α) I + (1 − 1/α) N Nᵀ: N (d×r) spans what a lock leaves alone, so that, with U for
the rest, C = I − (1 − 1/α) U Uᵀ, r = d − k. For all N with orthonormal columns, all α ≥ 1 and all E (d×d), V_r being
the top r right singular vectors of Ĉ: (α − 1) ‖(I − N Nᵀ) V_r‖ σ_r(Nᵀ V_r) ≤ α ‖E‖. The two factors are sine and cosine
of the largest angle θ between the two spans: (1 − 1/α) sin 2θ ≤ 2 ‖E‖. Where 3 ‖E‖ ≤ 1 − 1/α, `lock_detection` has
θ ≤ 30°, so that it is the smaller of the two angles that this one allows.

**Assumes.** Orthonormal columns of N (`orthonormal_columns`; mutant `long_columns`).

**Tight when**, for d = 2, E is symmetric with a zero diagonal in a basis turned by θ: for every θ up to 45°. With the
sine alone it would be false (mutant `sine_alone`), with ‖E‖/2 too (mutant `halved`).

**Not claimed.** By itself, that θ is small: a right angle has sin 2θ = 0 as well, and any r right singular vectors
would do for V_r. For the rotated form, and for left singular vectors, as in `lock_detection`.

**Degenerate cases.** r = d leaves 0 ≤ α ‖E‖.

**Source.** Ours, after Davis & Kahan, *The rotation of eigenvectors by a perturbation III* (1970), whose sin 2θ theorem
is on symmetric matrices; derivation in proofs/limits/lock_detection_angle.py.
"""

from fractions import Fraction

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import INFLATION, orthonormal, scaling
from specbound.statements.recipes import by_spectrum
from specbound.statements.stored import change

DOMAIN = Domain({"N": ("d", "r"), "E": ("d", "d")}, numbers={"alpha": INFLATION})


def compensator(x: Instance) -> Array:
    """``C = (1/α) I + (1 − 1/α) N Nᵀ``."""
    return x.ops.scaled(1 / x.alpha, scaling(x.ops, x.N, x.alpha))


def found(x: Instance) -> Array:
    """``V_r``, the top r right singular vectors of ``C + E``."""
    return x.ops.svd(x.ops.sum(compensator(x), x.E)).right(x.N.shape[-1])


def outside(x: Instance, vectors: Array) -> Array:
    """``(I − N Nᵀ) · vectors``."""
    return x.ops.product(scaling(x.ops, x.N, 0), vectors)


def inside(x: Instance, vectors: Array) -> Array:
    """``Nᵀ · vectors``."""
    return x.ops.product(x.ops.transpose(x.N), vectors)


def sine(x: Instance) -> Scalar:
    return x.ops.singular_value(outside(x, found(x)), 0)


def lhs(x: Instance) -> Scalar:
    cosine = x.ops.singular_value(inside(x, found(x)), x.N.shape[-1] - 1)
    return (x.alpha - 1) * sine(x) * cosine


def with_long_columns(x: Instance) -> Scalar:
    return lhs(Instance(x.ops, {**x.values, "N": x.ops.scaled(2, x.N)}))


def rhs(x: Instance) -> Scalar:
    return x.alpha * change(x)


def scale(x: Instance) -> Scalar:
    size = (1 + x.ops.frobenius_norm(x.N)) ** 2
    return x.alpha * (size + x.ops.frobenius_norm(x.E)) * size


statement = Statement(
    id="lock_detection_angle",
    area="limits",
    claim=r"\forall N \in \mathbb{R}^{d \times r},\ N^\top N = I,\ \alpha \ge 1,\ E,\ "
    r"V = V_r\big(\tfrac{1}{\alpha} I + (1 - \tfrac{1}{\alpha}) N N^\top + E\big):\ "
    r"(\alpha - 1)\, \|(I - N N^\top) V\|\, \sigma_r(N^\top V) \le \alpha\, \|E\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/lock_detection_angle.py"),
    assumptions=(orthonormal("N"),),
    attained=(
        Example(
            "a symmetric change that turns by an angle with sine 3/5",
            {
                "N": [[1], [0]],
                "E": [
                    [Fraction(-144, 625), Fraction(42, 625)],
                    [Fraction(42, 625), Fraction(144, 625)],
                ],
                "alpha": 2,
            },
        ),
    ),
    mutants=(
        Mutant("long_columns", "$2N$ in place of $N$", {"lhs": with_long_columns}),
        Mutant("sine_alone", r"$1$ in place of $\sigma_r(N^\top V)$", {"lhs": lambda x: (x.alpha - 1) * sine(x)}),
        Mutant("halved", r"half of $\|E\|$", {"rhs": lambda x: rhs(x) / 2}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("N",)),),
)
