r"""Where αg is small beside ε, Adam's first step on a locked model is a step of gradient descent with rate ηα²/ε.

**Claim.** Let g be the gradient of the identity-inserted model along what is inflated, so that αg is that of the locked
one, and A = KᵀK a preconditioner of it: diag(|g_i|) for Adam. Let s = (αA + εI)⁻¹ αg be the damped step and m = ηαs how
far it moves what is inflated. Then for all K, g and all α, ε, η > 0: ε ‖ε m − ηα² g‖ ≤ ηα³ ‖A g‖. Relative to gradient
descent's ηα²g/ε the difference is at most α ‖A g‖/(ε ‖g‖): for Adam at most α max |g_i|/ε. So while α|g| ≪ ε, C'U_k
moves like α², and the largest stable learning rate falls like 1/α² (see `scaled_step_limit`). `adam_epsilon_sign` is
the other end.

Adam and AdamW in their first step divide αg_i by α|g_i| + ε; in the rotated form of a lock, whose inflated coordinates
are entries, this is s to the letter. Full-matrix methods divide by α(ggᵀ)^½ + εI in their first step.

**Assumes.** Nothing beyond ε > 0 and a positive semidefinite A.

**Tight when** A g = 0, and nearly where αA is small beside ε: with ηα³ ‖A g‖/2 it is false (mutant `halved`).

**Not claimed.** Later steps, whose A is an average. In the dense form each entry of the gradient mixes what is inflated
with what is not; with α|g| ≪ ε in every entry the step is gradient descent's again.

**Degenerate cases.** g = 0 gives the step 0.

**Source.** Ours; derivation in proofs/rates/adam_epsilon_descent.py.
"""

from specbound.core.instance import Instance
from specbound.core.statement import Example, Mutant, Source, Statement
from specbound.core.verdict import Relation
from specbound.numeric.ops import Array, Scalar
from specbound.statements.damped_steps import DOMAIN, moved, preconditioner, size_of_moved
from specbound.statements.recipes import by_spectrum


def difference(x: Instance, power: int = 2) -> Array:
    """``ε m − ηα² g``."""
    descent = x.ops.scaled(x.eta * x.alpha**power, x.g)
    return x.ops.difference(x.ops.scaled(x.epsilon, moved(x)), descent)


def lhs(x: Instance) -> Scalar:
    return x.epsilon * x.ops.frobenius_norm(difference(x))


def preconditioned(x: Instance) -> Array:
    """``A g``."""
    return x.ops.product(preconditioner(x), x.g)


def rhs(x: Instance) -> Scalar:
    return x.eta * x.alpha**3 * x.ops.frobenius_norm(preconditioned(x))


def like_a_sign(x: Instance) -> Scalar:
    return x.epsilon * x.ops.frobenius_norm(difference(x, power=1))


def scale(x: Instance) -> Scalar:
    return x.epsilon**2 * (1 + 1 / x.alpha) * size_of_moved(x)


statement = Statement(
    id="adam_epsilon_descent",
    area="rates",
    claim=r"\forall g,\ A = K^\top K,\ \alpha, \varepsilon, \eta > 0,\ "
    r"m = \eta \alpha\, (\alpha A + \varepsilon I)^{-1} \alpha g:\ "
    r"\varepsilon\, \|\varepsilon\, m - \eta \alpha^2 g\| \le \eta \alpha^3\, \|A g\|",
    domain=DOMAIN,
    lhs=lhs,
    relation=Relation.LE,
    rhs=rhs,
    scale=scale,
    source=Source("ours", place="proofs/rates/adam_epsilon_descent.py"),
    attained=(
        Example(
            "nothing to divide by",
            {"K": [[0, 1], [0, 0]], "g": [[1], [0]], "alpha": 3, "epsilon": 2, "eta": 1},
        ),
    ),
    mutants=(
        Mutant("halved", "half the right side", {"rhs": lambda x: rhs(x) / 2}),
        Mutant("like_a_sign", r"$\eta \alpha g$ in place of $\eta \alpha^2 g$", {"lhs": like_a_sign}),
        Mutant(
            "without_growth",
            r"$\alpha^2$ in place of $\alpha^3$",
            {"rhs": lambda x: x.eta * x.alpha**2 * x.ops.frobenius_norm(preconditioned(x))},
        ),
    ),
    recipes=(by_spectrum(DOMAIN),),
)
