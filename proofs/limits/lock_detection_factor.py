"""``1/α − ‖E‖ ≤ σ_{d-k+i}(Ĉ) ≤ 1/α + ‖E‖``: each of the two differences is nonnegative, and so is their product."""

from proofs.deforming import columns
from proofs.detecting import at_least_contracted, contracted
from specbound.checks.symbolic import Derivation
from specbound.statements.deformation.compensator_spectrum_contracted import position
from specbound.statements.stored import stored


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("orthonormal_columns", *columns(x.U))
    below, above = at_least_contracted(d, position(x)), contracted(d, x.i)
    left = d.amount("t", above, x.ops.singular_value(stored(x), position(x) - 1))
    d.conclude({below: left})
