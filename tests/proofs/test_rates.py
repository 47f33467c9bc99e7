"""What derivations on rates rest on: a weaker one is a change that somebody has to see."""

from specbound.checks.symbolic import check_symbolic
from specbound.core.catalogue import catalog

QUADRATICS: dict[str, str] = {}

FUNCTIONS: dict[str, str] = {
    "cubic_newton": "derived",
    "cubic_newton_gradient": "derived",
    "first_order_lower": "derived",
    "gd_convex": "derived",
    "gd_nonconvex": "derived",
    "gd_nonconvex_long": "derived",
    "newton_local": "derived",
    "newton_radius": "derived",
}

STEPS: dict[str, str] = {}


def test_what_each_derivation_rests_on() -> None:
    statements = [s for s in catalog().values() if s.area == "rates"]
    reach = {s.id: check_symbolic(s).details["reach"] for s in statements}
    assert reach == {**QUADRATICS, **FUNCTIONS, **STEPS}
