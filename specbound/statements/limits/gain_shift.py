r"""Moving a factor from the gain of a normalisation to all that read it is a linear change of variable.

**Claim.** Let a normalised h be multiplied by a gain G and read by two layers, z = W_a G h + E W_b G h, where E is what
lies behind the second. For all D with an inverse, all directions (P, R, B) of (G, W_a, W_b) and (P2, R2, B2):
∂²L(D G, W_a D⁻¹, W_b D⁻¹)[(D P, R D⁻¹, B D⁻¹), (D P2, R2 D⁻¹, B2 D⁻¹)] = ∂²L(G, W_a, W_b)[(P, R, B), (P2, R2, B2)].

**Assumes.** That D has an inverse (`nonsingular`), and that every reader is compensated (mutant `one_reader`).

**Tight when** always: it is an equality.

**Not claimed.** That a gain stays a gain: a diagonal G needs a diagonal D. Where the output is read by a residual
connection too, as behind a post-norm block, there is nothing to compensate there, and the function changes.

**Degenerate cases.** One reader: E = 0. A shift β is one more column of G, with a 1 in h. Tied readers, W_a = W_b,
are compensated once.

**Source.** Ours; derivation in proofs/limits/gain_shift.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.deformations import behind
from specbound.statements.jets import Jet, product
from specbound.statements.rescalings import (
    REST,
    condition,
    inverse_of,
    near_identity,
    nonsingular,
    sizes_behind,
    sizes_of_input,
)

DOMAIN = Domain(
    {
        "G": ("k", "n"),
        "W_a": ("c", "k"),
        "W_b": ("q", "k"),
        "E": ("c", "q"),
        "D": ("k", "k"),
        "P": ("k", "n"),
        "R": ("c", "k"),
        "B": ("q", "k"),
        "P2": ("k", "n"),
        "R2": ("c", "k"),
        "B2": ("q", "k"),
        **REST,
    }
)


def second(x: Instance, gain: Array, first: Array, other: Array) -> Scalar:
    """``∂²/∂s∂t`` with one matrix applied to the gain, and one to each of its readers."""
    ops = x.ops
    given = Jet(ops, *(ops.product(gain, part) for part in (x.G, x.P, x.P2)))
    read = given @ Jet(ops, x.h, x.h_s, x.h_t, x.h_st)
    one = Jet(ops, *(ops.product(part, first) for part in (x.W_a, x.R, x.R2)))
    two = Jet(ops, *(ops.product(part, other) for part in (x.W_b, x.B, x.B2)))
    return behind(x, one @ read + product(Jet(ops, x.E), two, read))


def lhs(x: Instance) -> Scalar:
    inverse = inverse_of(x, "D")
    return second(x, x.D, inverse, inverse)


def rhs(x: Instance) -> Scalar:
    identity = x.ops.identity(x.D)
    return second(x, identity, identity, identity)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    gain = norm(x.G) + norm(x.P) + norm(x.P2)
    one, two = norm(x.W_a) + norm(x.R) + norm(x.R2), norm(x.W_b) + norm(x.B) + norm(x.B2)
    readers = one + norm(x.E) * two
    return sizes_behind(x, condition(x, "D") * gain * readers * sizes_of_input(x))


statement = Statement(
    id="gain_shift",
    area="limits",
    claim=r"\forall \det D \ne 0,\ z = W_a G h + E W_b G h:\ "
    r"\partial^2 L(D G, W_a D^{-1}, W_b D^{-1})"
    r"[(D P, R D^{-1}, B D^{-1}), (D P_2, R_2 D^{-1}, B_2 D^{-1})] = "
    r"\partial^2 L(G, W_a, W_b)[(P, R, B), (P_2, R_2, B_2)]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/gain_shift.py"),
    assumptions=(nonsingular("D"),),
    mutants=(
        Mutant(
            "one_reader",
            "$W_b$ left as it is",
            {"lhs": lambda x: second(x, x.D, inverse_of(x, "D"), x.ops.identity(x.D))},
        ),
        Mutant("not_undone", "$W D$ in place of $W D^{-1}$", {"lhs": lambda x: second(x, x.D, x.D, x.D)}),
    ),
    recipes=(near_identity(DOMAIN, "D"),),
)
