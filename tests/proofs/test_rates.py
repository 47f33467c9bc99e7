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

STEPS = {
    "sign_step": "derived",
    "best_step": "derived",
    "adam_epsilon_descent": "derived",
    "adam_epsilon_sign": "derived",
    "muon_step": "derived",
    "muon_equivariance": "derived",
    "shampoo_quarter": "derived",
    "shampoo_half_invariance": "derived",
    "kfac_invariance": "derived",
    "diagonal_newton_invariance": "derived at sizes n = 1; n = 2; n = 3",
    "diagonal_newton_dense": "derived",
    "sophia_step": "derived",
    "sophia_limit": "derived",
    "scaled_step_limit": "derived",
    "scaled_step_limit_lower": "derived",
}


def test_what_each_derivation_rests_on() -> None:
    statements = [s for s in catalog().values() if s.area == "rates"]
    reach = {s.id: check_symbolic(s).details["reach"] for s in statements}
    assert reach == {**QUADRATICS, **FUNCTIONS, **STEPS}
