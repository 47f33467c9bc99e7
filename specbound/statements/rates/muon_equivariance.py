r"""Newton and Schulz's iteration, by which Muon steps, turns with a rotation of the gradient's columns.

**Claim.** One iteration takes a matrix X (m×n) to N(X) = aX − bXXᵀX + cXXᵀXXᵀX. Then for all X, all orthogonal Q (n×n)
and all a, b, c > 0, N(XQ) = N(X)Q, compared along all y and z. Before it, X is divided by its Frobenius norm, which is
that of XQ. So all iterations together turn with Q: and the rotated form of a lock, whose compensator is CQ where the
dense form has C and whose gradient there is turned by Q as well, is trained through the same functions as the dense
form. Momentum, weight decay toward zero and factors that depend on the shape alone change nothing in this. For the
weight in front of C, which the rotated form has as QᵀW̃, transpose all of it.

**Assumes.** Orthogonal Q (`orthonormal_columns`; mutant `any_matrix`).

**Tight when** always: it is an equality.

**Not claimed.** That N(X) is near a polar factor. Other steps, by entries, do not turn (mutant `by_entries`): to Adam
the two forms of a lock differ. Rounding to bfloat16 does not commute with Q either.

**Degenerate cases.** X = 0 gives 0.

**Source.** Ours; derivation in proofs/rates/muon_equivariance.py. The iteration: Jordan et al., *Muon* (2024), after
Schulz (1933) and Higham, *Functions of Matrices* (2008), chapter 8.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import orthonormal
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(
    {"X": ("m", "n"), "Q": ("n", "n"), "y": ("m", "1"), "z": ("n", "1")},
    numbers=dict.fromkeys(("c1", "c3", "c5"), Number(low=0.0, searched=(0.1, 5.0))),
)
"""``c1``, ``c3``, ``c5`` are a, b, c."""


def iterated(x: Instance, matrix: Array) -> Array:
    """``N(matrix)``."""
    ops = x.ops
    gram = ops.product(matrix, ops.transpose(matrix))
    cubic, quintic = ops.product(gram, matrix), ops.product(gram, gram, matrix)
    return ops.sum(ops.scaled(x.c1, matrix), ops.scaled(-x.c3, cubic), ops.scaled(x.c5, quintic))


def by_entries(x: Instance, matrix: Array) -> Array:
    return x.ops.hadamard(x.ops.absolute(matrix), matrix)


def along(x: Instance, *factors: Array) -> Scalar:
    """``yᵀ · factors · z``."""
    return x.ops.entry(x.ops.product(x.ops.transpose(x.y), *factors, x.z))


def lhs(x: Instance) -> Scalar:
    return along(x, iterated(x, x.ops.product(x.X, x.Q)))


def rhs(x: Instance) -> Scalar:
    return along(x, iterated(x, x.X), x.Q)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    size, turned = norm(x.X), (1 + norm(x.Q)) * norm(x.X)
    powers = sum(c * (size**k * norm(x.Q) + turned**k) for c, k in ((x.c1, 1), (x.c3, 3), (x.c5, 5)))
    return norm(x.y) * norm(x.z) * powers


statement = Statement(
    id="muon_equivariance",
    area="rates",
    claim=r"\forall X,\ Q^\top Q = Q Q^\top = I,\ a, b, c > 0,\ N(X) = a X - b X X^\top X + c X X^\top X X^\top X:\ "
    r"N(X Q) = N(X)\, Q",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/muon_equivariance.py"),
    assumptions=(orthonormal("Q"),),
    mutants=(
        Mutant("any_matrix", "any Q", {"assumptions": (), "recipes": (entries(DOMAIN, size=3),)}),
        Mutant(
            "by_entries",
            "each entry multiplied by its size in place of $N$",
            {
                "lhs": lambda x: along(x, by_entries(x, x.ops.product(x.X, x.Q))),
                "rhs": lambda x: along(x, by_entries(x, x.X), x.Q),
            },
        ),
        Mutant("not_turned", "without Q on the right", {"rhs": lambda x: along(x, iterated(x, x.X))}),
    ),
    recipes=(by_spectrum(DOMAIN, orthonormal=("Q",)),),
)
