"""``εm − ηα²g = −ηα² A s``, and ``α²‖Ag‖² = ‖αA²s + εAs‖² ≥ ε²‖As‖²``, since ``sᵀA³s ≥ 0``."""

from specbound.checks.symbolic import Derivation
from specbound.statements.damped_steps import preconditioner, step
from specbound.statements.rates.adam_epsilon_descent import difference, preconditioned


def derive(d: Derivation) -> None:
    x = d.instance
    a, s = preconditioner(x), step(x)
    d.given("the step", (x.g, a * s + x.epsilon / x.alpha * s))
    apart, bound = d.column_norm(difference(x)), d.column_norm(preconditioned(x))
    larger, smaller = x.eta * x.alpha**3 * bound, x.epsilon * apart
    d.conclude({d.root("ηα³‖Ag‖ ≥ ε‖εm − ηα²g‖", larger, smaller): 1})
