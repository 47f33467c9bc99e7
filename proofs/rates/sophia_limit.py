"""``η²c wᵀEw ≤ η²c ‖w‖² ≤ 2ηγ ‖w‖² ≤ 2η gᵀDs`` with ``w = KDs``."""

from proofs.deforming import contracting
from proofs.stepping import cauchy_schwarz
from specbound.checks.symbolic import Derivation
from specbound.statements.clipped_newton import gain, image, squared_length


def derive(d: Derivation) -> None:
    x = d.instance
    within, w = contracting(d, x.E), image(x)
    no_longer = d.assume_at_least("no_longer", gain(x), x.gamma * squared_length(x))
    slow = d.assume_at_least("slow", 2 * x.gamma, x.eta * x.c)
    across = cauchy_schwarz(d, w, x.E * w)
    length, turned = d.column_norm(w), d.column_norm(x.E * w)
    lost = d.square(d.norm(within.lack * w))
    shorter = d.root("‖Ew‖ ≤ ‖w‖", length, turned, facts={lost: 1})
    curved = x.eta**2 * x.c
    d.conclude({no_longer: 2 * x.eta, slow: x.eta * length**2, shorter: curved * length, across: curved})
