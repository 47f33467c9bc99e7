r"""Where αg is large beside ε, Adam's first step on a locked model moves what is inflated by ηα times its signs.

**Claim.** With g, A = KᵀK and m as in `adam_epsilon_descent`, A nonsingular: for all of them and all α, ε, η > 0,
‖A m − ηα g‖ ≤ ηε ‖A⁻¹ g‖. Without ε the step would move ηα A⁻¹ g, for Adam ηα times the signs of g; ‖A⁻¹ g‖ is √n then.
The difference does not grow with α: entry by entry it is at most ηε/|g_i|, that is ε/(α|g_i|) of the whole. So once
α|g| ≫ ε, C'U_k moves like α, and the largest stable learning rate falls like 1/α (see `scaled_step_limit`). Between the
two ends each entry of m is the harmonic combination of them: 1/m_i = 1/(ηα sign g_i) + 1/(ηα² g_i/ε).

**Assumes.** Nonsingular K (`nonsingular`): there is no A⁻¹ otherwise, and no sign of 0.

**Tight when** ε is small beside αA, nearly: with half the right side it is false (mutant `halved`).

**Not claimed.** Later steps, whose A is an average. The dense form, whose entries mix what is inflated with what is
not: see `sign_step` and `best_step`.

**Degenerate cases.** An entry g_i = 0 has no sign and does not move; A is then singular.

**Source.** Ours; derivation in proofs/rates/adam_epsilon_sign.py.
"""

from specbound.core.instance import Instance
from specbound.core.statement import Assumption, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.damped_steps import DOMAIN, moved, preconditioner, size_of_moved
from specbound.statements.recipes import by_spectrum


def difference(x: Instance, power: int = 1) -> Array:
    """``A m − ηα g``."""
    undamped = x.ops.scaled(x.eta * x.alpha**power, x.g)
    return x.ops.difference(x.ops.product(preconditioner(x), moved(x)), undamped)


def lhs(x: Instance) -> Scalar:
    return x.ops.frobenius_norm(difference(x))


def divided(x: Instance) -> Array:
    """``A⁻¹ g``."""
    return x.ops.solve(preconditioner(x), x.g)


def rhs(x: Instance) -> Scalar:
    return x.eta * x.epsilon * x.ops.frobenius_norm(divided(x))


def like_descent(x: Instance) -> Scalar:
    return x.ops.frobenius_norm(difference(x, power=2))


def scale(x: Instance) -> Scalar:
    smallest = x.ops.singular_values(x.K).smallest()
    quotient = x.ops.frobenius_norm(x.K) ** 2 / smallest**2
    sizes = x.ops.frobenius_norm(x.K) ** 2 * size_of_moved(x) + x.eta * x.alpha * x.ops.frobenius_norm(x.g)
    return sizes + x.eta * x.epsilon * quotient * x.ops.frobenius_norm(x.g) / smallest**2


statement = Statement(
    id="adam_epsilon_sign",
    area="rates",
    claim=r"\forall g,\ A = K^\top K,\ \det K \ne 0,\ \alpha, \varepsilon, \eta > 0,\ "
    r"m = \eta \alpha\, (\alpha A + \varepsilon I)^{-1} \alpha g:\ "
    r"\|A m - \eta \alpha\, g\| \le \eta \varepsilon\, \|A^{-1} g\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/adam_epsilon_sign.py"),
    assumptions=(Assumption("nonsingular", "there is no inverse otherwise", lambda x: x.ops.nonsingular(x.K)),),
    mutants=(
        Mutant("halved", "half the right side", {"rhs": lambda x: rhs(x) / 2}),
        Mutant("like_descent", r"$\eta \alpha^2 g$ in place of $\eta \alpha g$", {"lhs": like_descent}),
        Mutant("never_damped", "0 on the right", {"rhs": lambda x: 0 * rhs(x)}),
    ),
    recipes=(by_spectrum(DOMAIN, nonsingular=("K",)),),
)
