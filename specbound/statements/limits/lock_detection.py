r"""The top singular vectors of a stored compensator are orthogonal to what a lock inflates, up to what was changed.

**Claim.** Let Ĉ = C + E with C = I − (1 − 1/α) U Uᵀ. For all U (d×k) with orthonormal columns, k < d, all α ≥ 1, all
E (d×d) and all i ≤ d − k, V_i being the top i right singular vectors of Ĉ: (1 − 1/α − ‖E‖) ‖Uᵀ V_i‖ ≤ ‖E‖. For
i = d − k, ‖Uᵀ V_i‖ is the sine of the largest angle between the span of U and what is orthogonal to V_i: the last k
right singular vectors span what the lock inflates, up to about ‖E‖. With Ĉᵀ for Ĉ the same holds of left singular
vectors. So who sees the compensator can find U (here), k (`lock_detection_gap`) and α (`lock_detection_factor`). The
derivation shows a little more, with σ_i(Ĉ), which is there to be seen, in place of 1 − ‖E‖, and then for all i.

**Assumes.** Orthonormal columns of U (`orthonormal_columns`; mutant `any_columns`); α > 1 for it to say anything, and
that the compensator is stored as a matrix of its own.

**Tight when** E exchanges two directions, as diag(−x, x) does where U = e₂, d = 2 and 2x is a little more than 1 − 1/α:
then the sine is 1. For a smaller E `lock_detection_angle` is sharp: it says which angles there can be, and this claim
that they are the small ones. That (1 − 1/α) ‖Uᵀ V_i‖ ≤ ‖E‖ would be false (mutant `without_e`).

**Not claimed.** Anything on a compensator that has been multiplied into another matrix, nor that it is small where
‖E‖ ≥ (1 − 1/α)/2. For the rotated form Q D⁻¹ it holds of the left singular vectors as it stands, E being what Q D⁻¹ is
off by: (Q D⁻¹)ᵀ is an orthogonal matrix times C, which changes no right singular vector. Its right ones are
coordinates.

**Degenerate cases.** E = 0 says that Uᵀ V_i = 0.

**Source.** Wedin, *Perturbation bounds in connection with singular value decomposition* (1972), with what is known of C
put in; derivation in proofs/limits/lock_detection.py.
"""

from specbound.core.instance import Domain, Index, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import INFLATION, orthonormal
from specbound.statements.recipes import by_spectrum, entries
from specbound.statements.stored import STORED, change, size_of_stored, stored

DOMAIN = Domain(STORED, {"i": Index(1, lambda sizes: sizes["d"] - sizes["k"])}, {"alpha": INFLATION})


def within(x: Instance, vectors: Array) -> Array:
    """``Uᵀ · vectors``."""
    return x.ops.product(x.ops.transpose(x.U), vectors)


def sine(x: Instance, count: int) -> Scalar:
    """``‖Uᵀ V_count‖``."""
    return x.ops.singular_value(within(x, x.ops.svd(stored(x)).right(count)), 0)


def lhs(x: Instance) -> Scalar:
    return (1 - 1 / x.alpha - change(x)) * sine(x, x.i)


def rhs(x: Instance) -> Scalar:
    return change(x)


def one_too_many(x: Instance) -> Scalar:
    return (1 - 1 / x.alpha - change(x)) * sine(x, x.i + 1)


def scale(x: Instance) -> Scalar:
    return size_of_stored(x) * (1 + x.ops.frobenius_norm(x.U))


statement = Statement(
    id="lock_detection",
    area="limits",
    claim=r"\forall U \in \mathbb{R}^{d \times k},\ U^\top U = I,\ \alpha \ge 1,\ E,\ 1 \le i \le d - k,\ "
    r"\hat C = I - (1 - \tfrac{1}{\alpha}) U U^\top + E:\ "
    r"\big(1 - \tfrac{1}{\alpha} - \|E\|\big)\, \|U^\top V_i(\hat C)\| \le \|E\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("Wedin", "Perturbation bounds in connection with singular value decomposition", 1972, "BIT 12"),
    assumptions=(orthonormal("U"),),
    attained=(Example("nothing has changed", {"U": [[0], [1]], "E": [[0, 0], [0, 0]], "i": 1, "alpha": 4}),),
    mutants=(
        Mutant("any_columns", "U with any columns", {"assumptions": (), "recipes": (entries(DOMAIN, size=4),)}),
        Mutant(
            "without_e",
            r"$1 - 1/\alpha$ in place of $1 - 1/\alpha - \|E\|$",
            {"lhs": lambda x: (1 - 1 / x.alpha) * sine(x, x.i)},
        ),
        Mutant("one_too_many", r"$V_{i+1}$ in place of $V_i$", {"lhs": one_too_many}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("U",)),),
)
