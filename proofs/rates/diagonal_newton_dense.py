"""``s(α‖JPPᵀe‖ − ‖JQe‖)² ≤ s‖Jt‖² ≤ gᵀt``, by Cauchy and Schwarz for JPPᵀe and −JQe."""

from proofs.stepping import cauchy_schwarz
from specbound.checks.symbolic import Derivation
from specbound.statements.rates.diagonal_newton_dense import entry_of_diagonal, entry_of_gradient, inflated, rest


def derive(d: Derivation) -> None:
    x = d.instance
    no_longer = d.assume_at_least("no_longer", entry_of_gradient(x), x.s * entry_of_diagonal(x))
    images = (x.ops.product(x.J, part) for part in (inflated(x), rest(x)))
    across = cauchy_schwarz(d, *images, sign=-1)
    d.conclude({no_longer: 1, across: 2 * x.s * x.alpha})
