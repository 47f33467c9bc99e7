r"""Behind a weight that the outputs depend on piecewise linearly, a convex loss is convex in that weight alone.

**Claim.** Let a weight W be used twice, z_1 = W h_1 and z_2 = W h_2, let what follows be linear near this point,
f = A_1 z_1 + A_2 z_2 + constant, as in a network of ReLU units where it is differentiable, and let the loss be convex
at f: ∇²ℓ = F Fᵀ, with any gradient g. For every direction P of W: ∂²_W L[P, P] ≥ 0. So ∇²_W L is positive semidefinite;
it is its Gauss–Newton part.

**Assumes.** A convex loss (mutant `any_loss`). Nothing curved behind W (mutant `curved_activation`: a z ‖z‖²). Other
parameters are held: in two layers together, f is not linear any more, and the Hessian is indefinite (mutant
`with_the_next_layer`). W is used here only: h_1 and h_2 do not depend on it.

**Tight when** the outputs do not move to first order, or move where the loss is flat: Fᵀ (A_1 P h_1 + A_2 P h_2) = 0.

**Not claimed.** That training in W alone is a convex problem: from one linear piece to the next the second derivative
says nothing.

**Degenerate cases.** A linear loss, F = 0, gives 0 ≥ 0.

**Source.** The chain rule; derivation in proofs/curvature/piecewise_linear_psd.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.jets import Jet, mixed_derivative, product
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(
    {
        "W": ("d", "n"),
        "P": ("d", "n"),
        "h1": ("n", "1"),
        "h2": ("n", "1"),
        "A1": ("c", "d"),
        "A2": ("c", "d"),
        "g": ("c", "1"),
        "F": ("c", "c"),
    }
)
WITH_THE_NEXT_LAYER = Domain({**DOMAIN.matrices, "R": ("c", "d")})


def lhs(x: Instance) -> Scalar:
    return _curvature(x, _convex(x))


def with_any_loss(x: Instance) -> Scalar:
    return _curvature(x, x.ops.sum(x.F, x.ops.transpose(x.F)))


def _convex(x: Instance) -> Array:
    return x.ops.product(x.F, x.ops.transpose(x.F))


def _curvature(x: Instance, hessian: Array) -> Scalar:
    first, second = _uses(x)
    return mixed_derivative(Jet(x.ops, x.A1) @ first + Jet(x.ops, x.A2) @ second, x.g, hessian)


def with_curved_activation(x: Instance) -> Scalar:
    first, second = (product(z, z.transposed(), z) for z in _uses(x))
    return mixed_derivative(Jet(x.ops, x.A1) @ first + Jet(x.ops, x.A2) @ second, x.g, _convex(x))


def with_the_next_layer(x: Instance) -> Scalar:
    first, second = _uses(x)
    following = Jet(x.ops, x.A1, x.R, x.R)
    return mixed_derivative(following @ first + Jet(x.ops, x.A2) @ second, x.g, _convex(x))


def _uses(x: Instance) -> tuple[Jet, Jet]:
    """``W h_1`` and ``W h_2``, W moving along P with s and with t."""
    weight = Jet(x.ops, x.W, x.P, x.P)
    return weight @ Jet(x.ops, x.h1), weight @ Jet(x.ops, x.h2)


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    moved = norm(x.P) * (norm(x.A1) * norm(x.h1) + norm(x.A2) * norm(x.h2))
    return (norm(x.F) * moved) ** 2


def _larger_scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    z = (1 + norm(x.W) + norm(x.P)) ** 2 * (1 + norm(x.h1) + norm(x.h2)) ** 3
    return 10 * z**2 * (1 + norm(x.A1) + norm(x.A2)) ** 2 * (norm(x.F) + norm(x.F) ** 2 + norm(x.g))


statement = Statement(
    id="piecewise_linear_psd",
    area="curvature",
    claim=r"\forall P:\ \nabla^2 \ell \succeq 0,\ \partial^2_z f = 0 \implies \partial^2_W L[P, P] \ge 0",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.GE,
    rhs=lambda _: 0,
    scale=scale,
    source=Source("ours", place="proofs/curvature/piecewise_linear_psd.py"),
    attained=(
        Example(
            "the two uses cancel",
            {
                "W": [[1]],
                "P": [[2]],
                "h1": [[1]],
                "h2": [[1]],
                "A1": [[1]],
                "A2": [[-1]],
                "g": [[1]],
                "F": [[1]],
            },
        ),
    ),
    mutants=(
        Mutant(
            "any_loss",
            "any symmetric matrix for the Hessian of the loss",
            {"lhs": with_any_loss, "scale": _larger_scale},
        ),
        Mutant(
            "curved_activation",
            r"an activation $z \mapsto z \lVert z \rVert^2$ behind $W$",
            {"lhs": with_curved_activation, "scale": _larger_scale},
        ),
        Mutant(
            "with_the_next_layer",
            "W and the layer behind it together",
            {
                "lhs": with_the_next_layer,
                "scale": lambda x: _larger_scale(x) * (1 + x.ops.frobenius_norm(x.R)) ** 2,
                "domain": WITH_THE_NEXT_LAYER,
                "recipes": (by_spectrum(WITH_THE_NEXT_LAYER, size=3), entries(WITH_THE_NEXT_LAYER, size=3)),
            },
        ),
    ),
    recipes=(by_spectrum(DOMAIN), entries(DOMAIN, size=4)),
)
