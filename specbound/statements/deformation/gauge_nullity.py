r"""Along the gauge of two consecutive linear layers the second derivative is a first derivative: zero where it is.

**Claim.** For a pair of layers z = C W h and every S, let G = (SW, −CS), the direction in which W' → SW', C' → C'S⁻¹
begins. For all directions (P, R) together with any change of the rest of the model:
∂²L[G, (P, R, …)] = ∂L[(−SP, RS)]. At a critical point, in the sum over all samples and tokens, the right side is 0 for
every S, P and R: each G lies in the null space of the Hessian. G vanishes only where SW = 0 and CS = 0, so that
nullity(H) ≥ d² − (d − rank W) (d − rank C) for d outputs of W: at least d² where C has full column rank, as an inserted
layer at the identity has, and likewise where W has full row rank. So a model with an inserted layer has no nonsingular
critical point: strong convexity and Newton's local theorem do not apply to it as they stand.

**Assumes.** Nothing. That the point is critical is what makes the right side vanish (mutant `everywhere`).

**Tight when** always: it is an equality.

**Not claimed.** That the nullity is d²: it may be larger.

**Degenerate cases.** S = 0 gives 0 = 0.

**Source.** Ours; derivation in proofs/deformation/gauge_nullity.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Scalar
from specbound.statements.jets import Jet, derivative, mixed_derivative, product

DOMAIN = Domain(
    {
        "W": ("d", "n"),
        "C": ("c", "d"),
        "S": ("d", "d"),
        "P": ("d", "n"),
        "R": ("c", "d"),
        "h": ("n", "1"),
        "h_t": ("n", "1"),
        "g": ("c", "1"),
        "M": ("c", "c"),
        "b": ("c", "1"),
    }
)
"""``h_t`` and ``b``: how the layer's input and the loss's gradient move for reasons that lie elsewhere in the model."""


def lhs(x: Instance) -> Scalar:
    ops = x.ops
    of_weight, of_compensator = ops.product(x.S, x.W), ops.scaled(-1, ops.product(x.C, x.S))
    z = product(Jet(ops, x.C, of_compensator, x.R), Jet(ops, x.W, of_weight, x.P), Jet(ops, x.h, None, x.h_t))
    return mixed_derivative(z, x.g, x.M) + ops.entry(ops.product(ops.transpose(x.b), z.ds))


def rhs(x: Instance) -> Scalar:
    ops = x.ops
    compensator = Jet(ops, x.C, ops.product(x.R, x.S))
    weight = Jet(ops, x.W, ops.scaled(-1, ops.product(x.S, x.P)))
    return derivative(product(compensator, weight, Jet(ops, x.h)), x.g)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    moved = norm(x.C) * norm(x.S) * norm(x.W) * norm(x.h)
    others = (norm(x.R) * norm(x.W) + norm(x.C) * norm(x.P)) * norm(x.h) + norm(x.C) * norm(x.W) * norm(x.h_t)
    mixed = norm(x.S) * ((norm(x.R) * norm(x.W) + norm(x.C) * norm(x.P)) * norm(x.h))
    along = norm(x.C) * norm(x.S) * norm(x.W) * norm(x.h_t)
    return moved * (norm(x.M) * others + norm(x.b)) + norm(x.g) * (mixed + along)


statement = Statement(
    id="gauge_nullity",
    area="deformation",
    claim=r"\forall W, C, S, P, R:\ \partial^2 L[(SW, -CS), (P, R)] = \partial L[(-SP, RS)]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/deformation/gauge_nullity.py"),
    mutants=(
        Mutant("everywhere", "$0$ on the right at every point", {"rhs": lambda x: 0}),
        Mutant(
            "weight_alone",
            "the direction $(SW, 0)$",
            {
                "lhs": lambda x: mixed_derivative(
                    product(
                        Jet(x.ops, x.C, None, x.R),
                        Jet(x.ops, x.W, x.ops.product(x.S, x.W), x.P),
                        Jet(x.ops, x.h, None, x.h_t),
                    ),
                    x.g,
                    x.M,
                )
            },
        ),
    ),
)
