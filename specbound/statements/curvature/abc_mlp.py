r"""The second derivative of an output between two layers of a perceptron is a product of three factors.

**Claim.** Let h_i = s(W_i x), h_{j-1} = s(V h_i) and f = φ(W_j h_{j-1}), for one sample; D and E are the derivatives of
both activations, g and M = S + Sᵀ gradient and Hessian of φ. For all directions P of W_j and R of W_i:
∂²f/∂W_j∂W_i [P, R] = vec(P)ᵀ A B C vec(R), A = (M W_j) ⊗ h_{j-1} + g ⊗ I, B = E V, C = D ⊗ xᵀ. More layers in between
make B a longer product of weights and derivatives of activations; adjacent layers have B = I.

**Assumes.** That W_i reaches f through W_j only: a path beside it adds a term. The derivatives of activations belong to
B (mutant `weights_alone`), the slope of φ to A (mutant `slope_dropped`).

**Tight when** always: it is an equality.

**Not claimed.** A bound on a sum over samples: each sample has factors of its own.

**Degenerate cases.** A piecewise linear φ has M = 0 and A = g ⊗ I. In a linear network the block is g ⊗ V ⊗ xᵀ, of
which σ₁ = ‖g‖ ‖V‖ ‖x‖, without any angle.

**Source.** Rosati et al. (ICML 2026), Theorem 3 as reported, for the factors; derivation, for generic matrices of
several sizes, in proofs/curvature/abc_mlp.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.jets import Jet, mixed_derivative, through
from specbound.statements.positions import along
from specbound.statements.recipes import by_spectrum

DOMAIN = Domain(
    {
        "P": ("d", "n"),
        "W": ("d", "n"),
        "h": ("n", "1"),
        "E": ("n", "n"),
        "V": ("n", "m"),
        "D": ("m", "l"),
        "R": ("l", "q"),
        "x": ("q", "1"),
        "g": ("d", "1"),
        "S": ("d", "d"),
    }
)


def lhs(x: Instance) -> Scalar:
    """By the product rule: W_i moves along R with t, W_j along P with s."""
    ops = x.ops
    moved = ops.product(x.D, x.R, x.x)
    # What h_i is does not matter, only how it moves: h_{j-1} is given.
    later = through(Jet(ops, x.V) @ Jet(ops, moved, None, moved), x.h, x.E)
    return mixed_derivative(Jet(ops, x.W, x.P) @ later, x.g, _hessian(x))


def rhs(x: Instance) -> Scalar:
    return _product(x, x.ops.product(x.E, x.V))


def with_weights_alone(x: Instance) -> Scalar:
    return _product(x, x.V)


def with_slope_dropped(x: Instance) -> Scalar:
    return along(x, x.ops.product(_curved(x), x.E, x.V, _of_first(x)))


def _product(x: Instance, between: Array) -> Scalar:
    sloped = x.ops.kronecker(x.g, x.ops.identity(x.h))
    return along(x, x.ops.product(x.ops.sum(_curved(x), sloped), between, _of_first(x)))


def _curved(x: Instance) -> Array:
    return x.ops.kronecker(x.ops.product(_hessian(x), x.W), x.h)


def _of_first(x: Instance) -> Array:
    return x.ops.kronecker(x.D, x.ops.transpose(x.x))


def _hessian(x: Instance) -> Array:
    return x.ops.sum(x.S, x.ops.transpose(x.S))


def scale(x: Instance) -> Scalar:
    return _size(x, x.ops.frobenius_norm(x.E))


def _size(x: Instance, of_activation: Scalar) -> Scalar:
    norm = x.ops.frobenius_norm
    moved = of_activation * norm(x.V) * norm(x.D) * norm(x.R) * norm(x.x)
    return norm(x.P) * moved * (2 * norm(x.S) * norm(x.W) * norm(x.h) + norm(x.g))


statement = Statement(
    id="abc_mlp",
    area="curvature",
    claim=r"\forall P, R:\ \frac{\partial^2 f}{\partial W_j \partial W_i}[P, R] = "
    r"\operatorname{vec}(P)^\top A B C \operatorname{vec}(R),\ A = (M W_j) \otimes h_{j-1} + g \otimes I,\ "
    r"B = E V,\ C = D \otimes x^\top",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source(
        "Rosati et al.", "Limits of Convergence-Rate Control for Open-Weight Safety", 2026, "Theorem 3, as reported"
    ),
    mutants=(
        Mutant(
            "weights_alone",
            "$B = V$, without the activation",
            {"rhs": with_weights_alone, "scale": lambda x: _size(x, 1 + x.ops.frobenius_norm(x.E))},
        ),
        Mutant("slope_dropped", r"without $g \otimes I$ in A", {"rhs": with_slope_dropped}),
    ),
    recipes=(by_spectrum(DOMAIN, size=3),),
)
