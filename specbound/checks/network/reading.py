"""How a statement is read on a network: both sides by automatic differentiation, and a verdict as for any instance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite

from specbound.checks.network.case import Case
from specbound.checks.tally import Tally
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence, Kind
from specbound.core.statement import Statement
from specbound.core.verdict import Relation, Verdict, judge
from specbound.numeric.rounding import tolerance


@dataclass(frozen=True)
class Sides:
    """Both sides of a claim on one network, and the size of what rounding acts on, in the same units."""

    lhs: float
    rhs: float
    scale: float


Reading = Callable[[Case], Iterable[Sides]]


def read(statement: Statement, reading: Reading, case: Case, name: str = "") -> Evidence:
    """The evidence of one statement on one network.

    **Parameters.** ``name``: of the network, for the record.
    **Returns.** Evidence of kind measured; ``details`` say on which network and which lock.
    **Raises.** :class:`NotAvailable` where the statement's assumptions do not hold, or a quantity is out of reach.
    """
    tally = Tally(statement, Kind.MEASURED)
    dtype = case.weight.dtype
    for sides in reading(case):
        if not all(map(isfinite, (sides.lhs, sides.rhs, sides.scale))):
            raise InvalidInput(f"{statement.id}: {sides} on {name or case.layer}; required: finite numbers")
        margin = float(statement.relation.margin(sides.lhs, sides.rhs))
        width = float(tolerance(dtype, case.dimensions, sides.scale))
        verdict = judge(margin, width, statement.relation is Relation.EQ)
        tally.count({verdict: 1})
        tally.lower(margin / sides.scale if sides.scale else 0.0, verdict is Verdict.VIOLATED)
        small, large = statement.relation.ordered(sides.lhs, sides.rhs)
        tally.tighten(small / large if large > width else float("nan"))
    details = {
        "network": name,
        "layer": case.layer,
        "alpha": case.alpha,
        "k": case.k,
        "form": case.form,
        "side": case.side,
        "two_sided": case.two_sided,
    }
    return tally.evidence(case.seed, details, precision=str(dtype).removeprefix("torch."))
