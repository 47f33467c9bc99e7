r"""The Hessian of a loss is its Gauss–Newton part and the curvature of the outputs, weighted by the loss's gradient.

**Claim.** Let the outputs, as a function of the parameters, be f(θ + δ) = f + J δ + F (δ ⊗ δ) + … and the loss
ℓ(f) = fᵀ S f + bᵀ f, so that ∇ℓ = (S + Sᵀ) f + b and ∇²ℓ = S + Sᵀ: any loss and any network, to second order. For all
directions v, w: ∂²(ℓ∘f)[v, w] = (J v)ᵀ ∇²ℓ (J w) + Σ_c (∂ℓ/∂f_c) ∂²f_c[v, w], with ∂²f[v, w] = F (v ⊗ w + w ⊗ v).

**Assumes.** Nothing but two derivatives. The Gauss–Newton part alone (mutant `gauss_newton_alone`) is right where the
outputs are linear, or fitted exactly: then ∇ℓ = 0. The gradient is the one at the outputs (mutant `gradient_at_zero`).

**Tight when** always: it is an equality.

**Not claimed.** That either part is positive semidefinite: the first is for a convex loss, the second hardly ever. Over
samples both parts are sums.

**Degenerate cases.** A linear model has F = 0, a linear loss S = 0.

**Source.** Schraudolph, Fast curvature matrix-vector products for second-order gradient descent, Neural Computation 14
(2002); derivation in proofs/curvature/gauss_newton_split.py.
"""

from specbound.core.instance import Domain, Instance
from specbound.core.statement import Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.jets import Jet, product
from specbound.statements.recipes import by_spectrum, entries

DOMAIN = Domain(
    {
        "J": ("c", "n"),
        "F": ("c", "n*n"),
        "v": ("n", "1"),
        "w": ("n", "1"),
        "f": ("c", "1"),
        "S": ("c", "c"),
        "b": ("c", "1"),
    }
)


def lhs(x: Instance) -> Scalar:
    """The mixed derivative of ``fᵀ S f + bᵀ f``, by the product rule."""
    ops = x.ops
    outputs = Jet(ops, x.f, ops.product(x.J, x.v), ops.product(x.J, x.w), _curvature_of_outputs(x))
    quadratic = product(outputs.transposed(), Jet(ops, x.S), outputs)
    return ops.entry((quadratic + Jet(ops, ops.transpose(x.b)) @ outputs).mixed)


def rhs(x: Instance) -> Scalar:
    return gauss_newton(x) + _weighted(x, x.ops.sum(x.ops.product(_hessian(x), x.f), x.b))


def gauss_newton(x: Instance) -> Scalar:
    ops = x.ops
    return ops.entry(ops.compression(_hessian(x), ops.product(x.J, x.v), ops.product(x.J, x.w)))


def with_gradient_at_zero(x: Instance) -> Scalar:
    return gauss_newton(x) + _weighted(x, x.b)


def _hessian(x: Instance) -> Array:
    return x.ops.sum(x.S, x.ops.transpose(x.S))


def _weighted(x: Instance, gradient: Array) -> Scalar:
    """``Σ_c (∂ℓ/∂f_c) ∂²f_c[v, w]``."""
    return x.ops.entry(x.ops.product(x.ops.transpose(gradient), _curvature_of_outputs(x)))


def _curvature_of_outputs(x: Instance) -> Array:
    """``∂²f[v, w] = F (v ⊗ w + w ⊗ v)``, a column."""
    ops = x.ops
    return ops.product(x.F, ops.sum(ops.kronecker(x.v, x.w), ops.kronecker(x.w, x.v)))


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    gradient = 2 * norm(x.S) * norm(x.f) + norm(x.b)
    return 2 * norm(x.v) * norm(x.w) * (norm(x.S) * norm(x.J) ** 2 + gradient * norm(x.F))


statement = Statement(
    id="gauss_newton_split",
    area="curvature",
    claim=r"\forall v, w:\ \partial^2 (\ell \circ f)[v, w] = (Jv)^\top \nabla^2 \ell\, (Jw) + "
    r"\sum_c \frac{\partial \ell}{\partial f_c}\, \partial^2 f_c[v, w]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source(
        "Schraudolph",
        "Fast curvature matrix-vector products for second-order gradient descent",
        2002,
        "Neural Computation 14",
    ),
    mutants=(
        Mutant("gauss_newton_alone", "without the curvature of the outputs", {"rhs": gauss_newton}),
        Mutant("gradient_at_zero", r"$\nabla \ell(0)$ in place of $\nabla \ell(f)$", {"rhs": with_gradient_at_zero}),
    ),
    recipes=(by_spectrum(DOMAIN), entries(DOMAIN, size=4)),
)
