"""What derivations on rates rest on: a weaker one is a change that somebody has to see."""

from specbound.checks.symbolic import check_symbolic
from specbound.core.catalogue import catalog

QUADRATICS: dict[str, str] = {}

FUNCTIONS: dict[str, str] = {}

STEPS: dict[str, str] = {}


def test_what_each_derivation_rests_on() -> None:
    statements = [s for s in catalog().values() if s.area == "rates"]
    reach = {s.id: check_symbolic(s).details["reach"] for s in statements}
    assert reach == {**QUADRATICS, **FUNCTIONS, **STEPS}
