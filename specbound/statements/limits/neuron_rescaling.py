r"""Rescaling the neurons of a ReLU layer, undone in the next layer, is a linear change of variable.

**Claim.** Let z = W_2 N W_1 h, where N holds the slopes of the activation, 0 or 1 of a ReLU, on its diagonal. For all D
with an inverse that commute with N, all directions (P, R) and (P2, R2), and anything else of the model that moves
along: ∂²L(D W_1, W_2 D⁻¹)[(D P, R D⁻¹), (D P2, R2 D⁻¹)] = ∂²L(W_1, W_2)[(P, R), (P2, R2)].

**Assumes.** D N = N D (`commutes`; mutant `mixed_neurons`), as positive diagonal D have it: relu(D z) = D relu(z), so
the same units are active and N is the same matrix before and after. That D has an inverse (`nonsingular`).

**Tight when** always: it is an equality.

**Not claimed.** Anything on GELU, SiLU or tanh, which are not homogeneous: there the loss itself changes. Negative
diagonal D commute with N as well, but N is not theirs: relu(−z) ≠ −relu(z).

**Degenerate cases.** A dead unit has N = 0 in its place: both sides do without it. On a kink there is no second
derivative.

**Source.** Ours; that the function is kept: Neyshabur, Salakhutdinov and Srebro (2015), "Path-SGD", section 2.
Derivation in proofs/limits/neuron_rescaling.py.
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
    diagonal,
    inverse_of,
    nonsingular,
    sizes_behind,
    sizes_of_input,
)

DOMAIN = Domain(
    {
        "W1": ("k", "n"),
        "W2": ("c", "k"),
        "N": ("k", "k"),
        "D": ("k", "k"),
        "P": ("k", "n"),
        "R": ("c", "k"),
        "P2": ("k", "n"),
        "R2": ("c", "k"),
        **REST,
    }
)


def second(x: Instance, before: Array, after: Array) -> Scalar:
    """``∂²/∂s∂t`` with ``before`` applied to what feeds the neurons, ``after`` to what reads them."""
    ops = x.ops
    first = Jet(ops, *(ops.product(before, part) for part in (x.W1, x.P, x.P2)))
    next_ = Jet(ops, *(ops.product(part, after) for part in (x.W2, x.R, x.R2)))
    return behind(x, product(next_, Jet(ops, x.N), first, Jet(ops, x.h, x.h_s, x.h_t, x.h_st)))


def lhs(x: Instance) -> Scalar:
    return second(x, x.D, inverse_of(x, "D"))


def rhs(x: Instance) -> Scalar:
    identity = x.ops.identity(x.D)
    return second(x, identity, identity)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    first, next_ = norm(x.W1) + norm(x.P) + norm(x.P2), norm(x.W2) + norm(x.R) + norm(x.R2)
    return sizes_behind(x, condition(x, "D") * norm(x.N) * first * next_ * sizes_of_input(x))


NONSINGULAR = nonsingular("D")

statement = Statement(
    id="neuron_rescaling",
    area="limits",
    claim=r"\forall D, N,\ D N = N D,\ z = W_2 N W_1 h:\ "
    r"\partial^2 L(D W_1, W_2 D^{-1})[(D P, R D^{-1}), (D P_2, R_2 D^{-1})] = "
    r"\partial^2 L(W_1, W_2)[(P, R), (P_2, R_2)]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/neuron_rescaling.py"),
    assumptions=(commutes("D", "N", "other D mix active units with others"), NONSINGULAR),
    mutants=(
        Mutant(
            "mixed_neurons",
            "D that mixes active units with others",
            {"assumptions": (NONSINGULAR,), "recipes": (by_spectrum(DOMAIN, size=SIZE, nonsingular=("D",)),)},
        ),
        Mutant("not_undone", "$W_2 D$ in place of $W_2 D^{-1}$", {"lhs": lambda x: second(x, x.D, x.D)}),
    ),
    recipes=(diagonal(DOMAIN, "D", "N"),),
)
