"""``α²κ ‖Vh‖ ≤ α²κ ‖V‖_F ‖h‖ ≤ 2Gt``: the squares of the second and of the third compare."""

from specbound.checks.symbolic import Derivation
from specbound.statements.rates.slowdown_distance import rhs, size_of_steps, steps


def derive(d: Derivation) -> None:
    x = d.instance
    norm, t = x.ops.frobenius_norm, steps(x)
    short = d.assume_at_least("short_steps", 4 * t, size_of_steps(x) ** 2)
    bounded = d.assume_at_least("bounded_gradients", t * x.G**2, norm(x.V) ** 2)
    reference = "Horn & Johnson, Matrix Analysis, 2nd ed. 2013, 0.6.3, row by row"
    moved = d.cite("Cauchy–Schwarz", reference, norm(x.V) * norm(x.h) - norm(x.ops.product(x.V, x.h)))
    facts = {short: t * x.G**2, bounded: size_of_steps(x) ** 2}
    far = d.root("2Gt ≥ α²κ ‖V‖_F ‖h‖", rhs(x), size_of_steps(x) * norm(x.V), facts=facts)
    d.conclude({far: 1, moved: x.alpha**2 * x.kappa})
