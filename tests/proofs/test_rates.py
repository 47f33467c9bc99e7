"""What derivations on rates rest on: a weaker one is a change that somebody has to see."""

from specbound.checks.symbolic import check_symbolic
from specbound.core.catalogue import catalog

QUADRATICS: dict[str, str] = {
    "descent_lemma": "derived",
    "gd_descent": "derived",
    "gd_strongly_convex": "derived",
    "gd_optimal_step": "derived",
    "slowdown_distance": "rests on Cauchy–Schwarz",
    "edge_instability": "derived",
    "heavy_ball_limit": "derived",
    "nesterov_limit": "derived",
    "ema_momentum_limit": "derived",
    "momentum_beyond_limit": "derived",
    "heavy_ball_rate": "derived",
    "heavy_ball_best": "derived",
    "steepest_descent": "derived",
    "stagnation": "derived",
    "stagnation_toward_zero": "derived",
    "smallest_useful_step": "derived",
}

FUNCTIONS: dict[str, str] = {}

STEPS: dict[str, str] = {}


def test_what_each_derivation_rests_on() -> None:
    statements = [s for s in catalog().values() if s.area == "rates"]
    reach = {s.id: check_symbolic(s).details["reach"] for s in statements}
    assert reach == {**QUADRATICS, **FUNCTIONS, **STEPS}
