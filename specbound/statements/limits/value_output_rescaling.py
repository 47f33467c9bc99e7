r"""Rescaling values, undone in the output projection, is a linear change of variable.

**Claim.** Let z = O E V h_1 + O (I − E) V h_2 = O (V h + E V y) be the output of two heads: E projects onto the first,
h_i is what head i attends to, H p_i for tokens H and attention p_i, however these move along, h = h_2, y = h_1 − h_2.
For all A with an inverse that commute with E, all directions (P, R) of (V, O) and (P2, R2):
∂²L(A V, O A⁻¹)[(A P, R A⁻¹), (A P2, R2 A⁻¹)] = ∂²L(V, O)[(P, R), (P2, R2)].

**Assumes.** A E = E A (`commutes`; mutant `across_heads`): A acts within each head, since heads attend to different
tokens. That A has an inverse (`nonsingular`).

**Tight when** always: it is an equality.

**Not claimed.** Anything where values are normalised. With grouped queries all heads that share a value take the same
A.

**Degenerate cases.** E = I is one head, where every A will do. More heads add terms of the same form.

**Source.** Ours; derivation in proofs/limits/value_output_rescaling.py.
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
        "V": ("k", "n"),
        "O": ("c", "k"),
        "E": ("k", "k"),
        "A": ("k", "k"),
        "P": ("k", "n"),
        "R": ("c", "k"),
        "P2": ("k", "n"),
        "R2": ("c", "k"),
        "y": ("n", "1"),
        "y_s": ("n", "1"),
        "y_t": ("n", "1"),
        **REST,
    }
)


def second(x: Instance, before: Array, after: Array) -> Scalar:
    """``∂²/∂s∂t`` with ``before`` applied to values, ``after`` to what reads them."""
    ops = x.ops
    values = Jet(ops, *(ops.product(before, part) for part in (x.V, x.P, x.P2)))
    output = Jet(ops, *(ops.product(part, after) for part in (x.O, x.R, x.R2)))
    both = values @ Jet(ops, x.h, x.h_s, x.h_t, x.h_st)
    return behind(x, output @ (both + product(Jet(ops, x.E), values, Jet(ops, x.y, x.y_s, x.y_t))))


def lhs(x: Instance) -> Scalar:
    return second(x, x.A, inverse_of(x, "A"))


def rhs(x: Instance) -> Scalar:
    identity = x.ops.identity(x.A)
    return second(x, identity, identity)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    values, output = norm(x.V) + norm(x.P) + norm(x.P2), norm(x.O) + norm(x.R) + norm(x.R2)
    attended = sizes_of_input(x) + norm(x.E) * (norm(x.y) + norm(x.y_s) + norm(x.y_t))
    return sizes_behind(x, condition(x, "A") * values * output * attended)


NONSINGULAR = nonsingular("A")

statement = Statement(
    id="value_output_rescaling",
    area="limits",
    claim=r"\forall A, E,\ A E = E A,\ z = O (V h + E V y):\ "
    r"\partial^2 L(A V, O A^{-1})[(A P, R A^{-1}), (A P_2, R_2 A^{-1})] = "
    r"\partial^2 L(V, O)[(P, R), (P_2, R_2)]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/value_output_rescaling.py"),
    assumptions=(commutes("A", "E", "other A mix heads, which attend to different tokens"), NONSINGULAR),
    mutants=(
        Mutant(
            "across_heads",
            "A that mixes heads",
            {"assumptions": (NONSINGULAR,), "recipes": (by_spectrum(DOMAIN, size=SIZE, nonsingular=("A",)),)},
        ),
        Mutant("not_undone", "$O A$ in place of $O A^{-1}$", {"lhs": lambda x: second(x, x.A, x.A)}),
    ),
    recipes=(polynomial(DOMAIN, "A", "E"),),
)
