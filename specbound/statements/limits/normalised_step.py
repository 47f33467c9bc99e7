r"""Behind a normalisation a lock undoes itself: the first step makes what was divided large.

**Claim.** Let f(z) = φ(z/‖z‖). For all z ≠ 0, all c > 0 and all learning rates η > 0:
‖c z − η ∇f(c z)‖² = c² ‖z‖² + η² ‖∇f(z)‖² / c². With c = 1/α, one step of gradient descent leaves it at least
η α ‖∇f(z)‖ long, so that by `normalised_curvature` the curvature, α² times as large before the step, is
1/(η α ‖∇f(z)‖)² of what it is at length 1 behind it. The same holds for a weight W of which z is linear.

**Assumes.** z ≠ 0 (`not_zero`), where f has no derivative; and that nothing is added to ‖z‖² (mutant `regularised`).

**Tight when** always: it is an equality.

**Not claimed.** That nothing is lost: what the step leaves points along the gradient, and hardly moves from there on.

**Degenerate cases.** Where ∇f(z) = 0 the step is none.

**Source.** Ours; that the gradient is orthogonal to z, and falls like 1/c: Arora, Li and Lyu, *Theoretical analysis of
auto rate-tuning by batch normalization*, ICLR 2019. Derivation in proofs/limits/normalised_step.py.
"""

from specbound.core.instance import Domain, Instance, Number
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Ops, Scalar
from specbound.statements.recipes import LEAST, by_spectrum
from specbound.statements.runs import inner, square

DOMAIN = Domain(
    {"z": ("d", "1"), "g": ("d", "1")},
    numbers={"factor": Number(low=0.0, searched=(0.01, 100.0)), "eta": Number(low=0.0, searched=(0.01, 10.0))},
)


def slope(ops: Ops, z: Array, g: Array, added: Scalar = 0) -> Array:
    """``(I − n nᵀ) g / r`` with n = z/r and r = √(‖z‖² + added): the gradient of f where φ has the gradient g."""
    root = ops.sqrt(square(ops, z) + added)
    return ops.difference(ops.scaled(1 / root, g), ops.scaled(inner(ops, z, g) / root**3, z))


def stepped(x: Instance, added: Scalar = 0) -> Scalar:
    """``‖c z − η ∇f(c z)‖²``."""
    ops = x.ops
    start = ops.scaled(x.factor, x.z)
    return square(ops, ops.difference(start, ops.scaled(x.eta, slope(ops, start, x.g, added))))


def grown(x: Instance, growth: Scalar, added: Scalar = 0) -> Scalar:
    """``c² ‖z‖² + η² ‖growth · ∇f(z)‖²``."""
    return x.factor**2 * square(x.ops, x.z) + (x.eta * growth) ** 2 * square(x.ops, slope(x.ops, x.z, x.g, added))


def rhs(x: Instance) -> Scalar:
    return grown(x, 1 / x.factor)


def scale(x: Instance) -> Scalar:
    length = x.factor * x.ops.frobenius_norm(x.z)
    return (length + 2 * x.eta * x.ops.frobenius_norm(x.g) / length) ** 2


statement = Statement(
    id="normalised_step",
    area="limits",
    claim=r"\forall z \ne 0,\ c, \eta > 0,\ f(z) = \varphi(z / \|z\|):\ "
    r"\|c z - \eta \nabla f(c z)\|^2 = c^2 \|z\|^2 + \eta^2 c^{-2} \|\nabla f(z)\|^2",
    domain=DOMAIN,
    lhs=stepped,
    relation=Relation.EQ,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/limits/normalised_step.py"),
    assumptions=(Assumption("not_zero", "f has no derivative at 0", lambda x: x.ops.frobenius_norm(x.z) > LEAST / 2),),
    mutants=(
        Mutant("same_gradient", r"$\eta^2 \|\nabla f(z)\|^2$, without $c^{-2}$", {"rhs": lambda x: grown(x, 1)}),
        Mutant(
            "regularised",
            r"$\sqrt{\|z\|^2 + 1}$ in place of $\|z\|$",
            {"lhs": lambda x: stepped(x, 1), "rhs": lambda x: grown(x, 1 / x.factor, 1)},
        ),
    ),
    recipes=(by_spectrum(DOMAIN, size=3, nonsingular=("z",)),),
)
