r"""Behind a normalisation, curvature falls with the square of the size of what is normalised.

**Claim.** Let f(z) = φ(z/‖z‖). For all z ≠ 0, all c > 0 and all directions u, v: ∂²f(c z)[u, v] = ∂²f(z)[u, v] / c². So
with z = W x, or any other z that is linear in W, the Hessian in W at c W is that at W, divided by c².

**Assumes.** z ≠ 0 (`not_zero`), where f has no derivative; and that nothing is added to ‖z‖² (mutant `regularised`): a
layer norm with its ε obeys the law while the variance is far above ε. Subtracting a mean beforehand is linear, so the
law holds for the whole layer norm.

**Tight when** always: it is an equality.

**Not claimed.** Anything on directions that reach the loss otherwise than through z, as past a residual connection.

**Degenerate cases.** Along z itself f is constant: u = v = z gives 0 = 0.

**Source.** Arora, Li and Lyu, *Theoretical analysis of auto rate-tuning by batch normalization*, ICLR 2019, and Hoffer,
Banner, Golan and Soudry, *Norm matters*, NeurIPS 2018, for the gradient, which falls like 1/c; the law of the Hessian
is one derivative more. Derivation in proofs/limits/normalised_curvature.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.jets import Jet, mixed_derivative
from specbound.statements.recipes import LEAST, by_spectrum
from specbound.statements.runs import inner

DOMAIN = Domain(
    {"z": ("d", "1"), "u": ("d", "1"), "v": ("d", "1"), "g": ("d", "1"), "S": ("d", "d")},
    numbers={"factor": Number(low=0.0, searched=(0.01, 100.0))},
)


def normalised(ops: Ops, z: Array, u: Array, v: Array, added: Scalar = 0) -> Jet:
    """``n(z + s u + t v)``, ``n(z) = z / √(‖z‖² + added)``: with r the root, n has the derivative (I − n nᵀ)/r."""
    root = ops.sqrt(inner(ops, z, z) + added)
    along_u, along_v = inner(ops, z, u), inner(ops, z, v)

    def first(direction: Array, along: Scalar) -> Array:
        return ops.difference(ops.scaled(1 / root, direction), ops.scaled(along / root**3, z))

    radial = 3 * along_u * along_v / root**5 - inner(ops, u, v) / root**3
    across = ops.sum(ops.scaled(along_u / root**3, v), ops.scaled(along_v / root**3, u))
    mixed = ops.difference(ops.scaled(radial, z), across)
    return Jet(ops, ops.scaled(1 / root, z), first(u, along_u), first(v, along_v), mixed)


def second(x: Instance, z: Jet) -> Scalar:
    """``∂²/∂s∂t φ``, where φ has gradient g and Hessian S + Sᵀ."""
    return mixed_derivative(z, x.g, x.ops.sum(x.S, x.ops.transpose(x.S)))


def at(x: Instance, factor: Scalar, added: Scalar = 0) -> Scalar:
    """``∂²f(factor z)[u, v]``."""
    return second(x, normalised(x.ops, x.ops.scaled(factor, x.z), x.u, x.v, added))


def lhs(x: Instance) -> Scalar:
    return at(x, x.factor)


def rhs(x: Instance) -> Scalar:
    return at(x, 1) / x.factor**2


def scale(x: Instance) -> Scalar:
    norm = x.ops.frobenius_norm
    moved = norm(x.u) * norm(x.v) * (6 * norm(x.g) + 8 * norm(x.S))
    return moved / (x.factor * norm(x.z)) ** 2


statement = Statement(
    id="normalised_curvature",
    area="limits",
    claim=r"\forall z \ne 0,\ c > 0,\ f(z) = \varphi(z / \|z\|):\ "
    r"\partial^2 f(c z)[u, v] = c^{-2}\, \partial^2 f(z)[u, v]",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/normalised_curvature.py"),
    assumptions=(Assumption("not_zero", "f has no derivative at 0", lambda x: x.ops.frobenius_norm(x.z) > LEAST / 2),),
    mutants=(
        Mutant("linear", "$c^{-1}$ in place of $c^{-2}$", {"rhs": lambda x: at(x, 1) / x.factor}),
        Mutant(
            "regularised",
            r"$\sqrt{\|z\|^2 + 1}$ in place of $\|z\|$",
            {"lhs": lambda x: at(x, x.factor, 1), "rhs": lambda x: at(x, 1, 1) / x.factor**2},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, size=3, nonsingular=("z",)),),
)
