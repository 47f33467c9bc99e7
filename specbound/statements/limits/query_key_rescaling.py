r"""Rescaling queries, undone in the keys, is a linear change of variable.

**Claim.** Let z = Hᵀ Kᵀ M Q h be the logits of one query h with several keys, the columns of H; M is the identity, the
projection onto a head, or the rotation between two positions. For all A with an inverse that commute with M, all
directions (P, R) of (Q, K) and (P2, R2), whatever moves along with them, and any loss of the logits:
∂²L(A Q, A⁻ᵀ K)[(A P, A⁻ᵀ R), (A P2, A⁻ᵀ R2)] = ∂²L(Q, K)[(P, R), (P2, R2)].

**Assumes.** A M = M A (`commutes`; mutant `any_rotation`): with several heads A acts within each, with rotary positions
it scales and turns each plane of the rotation. That A has an inverse (`nonsingular`).

**Tight when** always: it is an equality.

**Not claimed.** Anything where queries or keys are normalised: there A that scales a head does nothing, and any other
changes the function. With grouped queries all that share a key take the same A.

**Degenerate cases.** M = I, one head without positions, leaves every A. Biases are one more column of Q and K, with a 1
in h and H; that of the keys adds the same to all logits of a query, so that a softmax does not see it.

**Source.** Ours; derivation in proofs/limits/query_key_rescaling.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import behind
from specbound.statements.jets import Jet, product
from specbound.statements.recipes import by_spectrum
from specbound.statements.rescalings import (
    REST,
    SIZE,
    commutes,
    condition,
    inverse_of,
    nonsingular,
    polynomial,
    sizes_behind,
    sizes_of_input,
)

DOMAIN = Domain(
    {
        "Q": ("k", "n"),
        "K": ("k", "n"),
        "M": ("k", "k"),
        "A": ("k", "k"),
        "P": ("k", "n"),
        "R": ("k", "n"),
        "P2": ("k", "n"),
        "R2": ("k", "n"),
        "H": ("n", "c"),
        "H_s": ("n", "c"),
        "H_t": ("n", "c"),
        **REST,
    }
)


def second(x: Instance, of_queries: Array, of_keys: Array) -> Scalar:
    """``∂²/∂s∂t`` with one matrix applied to queries, another to keys."""
    ops = x.ops
    queries = Jet(ops, *(ops.product(of_queries, part) for part in (x.Q, x.P, x.P2)))
    keys = Jet(ops, *(ops.product(of_keys, part) for part in (x.K, x.R, x.R2)))
    read = (keys @ Jet(ops, x.H, x.H_s, x.H_t)).transposed()
    return behind(x, product(read, Jet(ops, x.M), queries, Jet(ops, x.h, x.h_s, x.h_t, x.h_st)))


def lhs(x: Instance) -> Scalar:
    return second(x, x.A, x.ops.transpose(inverse_of(x, "A")))


def rhs(x: Instance) -> Scalar:
    identity = x.ops.identity(x.A)
    return second(x, identity, identity)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    queries, keys = norm(x.Q) + norm(x.P) + norm(x.P2), norm(x.K) + norm(x.R) + norm(x.R2)
    tokens = (norm(x.H) + norm(x.H_s) + norm(x.H_t)) * sizes_of_input(x)
    return sizes_behind(x, condition(x, "A") * norm(x.M) * queries * keys * tokens)


NONSINGULAR = nonsingular("A")

statement = Statement(
    id="query_key_rescaling",
    area="limits",
    claim=r"\forall A, M,\ A M = M A,\ z = H^\top K^\top M Q h:\ "
    r"\partial^2 L(A Q, A^{-\top} K)[(A P, A^{-\top} R), (A P_2, A^{-\top} R_2)] = "
    r"\partial^2 L(Q, K)[(P, R), (P_2, R_2)]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/query_key_rescaling.py"),
    assumptions=(commutes("A", "M", "other A mix heads, or planes of the rotation"), NONSINGULAR),
    mutants=(
        Mutant(
            "any_rotation",
            "A that does not commute with M",
            {"assumptions": (NONSINGULAR,), "recipes": (by_spectrum(DOMAIN, size=SIZE, nonsingular=("A",)),)},
        ),
        Mutant("not_undone", r"$A K$ in place of $A^{-\top} K$", {"lhs": lambda x: second(x, x.A, x.A)}),
    ),
    recipes=(polynomial(DOMAIN, "A", "M"),),
)
