"""``|y| + ηδ ‖x‖ ≥ |y + ηδb| = |ηλ − 1| |uᵀx|`` with ``y = uᵀx₊`` and ``b = uᵀEx``, ``|b| ≤ ‖x‖``: the squares compare.

Twice ``‖x‖ |y| − y b`` is ``(|y| + y)(‖x‖ − b) + (|y| − y)(‖x‖ + b)``.
"""

from proofs.deforming import columns, contracting
from specbound.checks.symbolic import Derivation
from specbound.statements.deformations import scaling
from specbound.statements.descent import inner
from specbound.statements.rates.edge_instability import along, stepped


def derive(d: Derivation) -> None:
    x = d.instance
    d.assume("orthonormal_columns", *columns(x.u))
    contracting(d, x.E)
    image, length = x.E * x.x, d.column_norm(x.x)
    y, b = inner(x, x.u, stepped(x)), d.scalar(x.u.T * image)
    beside = {d.square(d.norm(scaling(x.ops, x.u, 0) * image)): 1}
    not_above = d.root("b ≤ ‖x‖", length, b, facts=beside)
    not_below = d.root("b ≥ −‖x‖", length, -b, facts=beside)
    minus, plus = d.absolute(y)
    products = d.times(plus, not_above), d.times(minus, not_below), d.times(not_above, not_below)
    disturbed = x.eta * x.delta
    facts = dict(zip(products, (disturbed, disturbed, disturbed**2), strict=True))
    larger = along(x, stepped(x)) + disturbed * length
    d.conclude({d.root("the squares", larger, (x.eta * x.lam - 1) * along(x, x.x), facts=facts): 1})
