"""The limits and rates on quadratics against torch's optimizers, just below and just above, and against iteration."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from specbound.core.catalogue import catalog
from specbound.locking.plan import stability_limit_of_curvature
from specbound.statements.rates import (
    ema_momentum_limit,
    gd_optimal_step,
    heavy_ball_limit,
    momentum_beyond_limit,
    nesterov_limit,
)

CATALOG = catalog()
CURVATURES = torch.tensor([8.0, 5.0, 1.0], dtype=torch.float64)
LARGEST = 8.0


FAR = 1e3


def reached(curvatures: torch.Tensor, stepper: Any, steps: int = 1500, state: Any = None, **options: Any) -> float:
    """The greatest distance in the last tenth of the steps on ½ Σ λx², from ones; stops once it is far."""
    point = torch.ones_like(curvatures, requires_grad=True)
    optimizer = stepper([point], **options)
    if state is not None:
        optimizer.state[point].update(state)
    far = 0.0
    for step in range(steps):
        optimizer.zero_grad()
        (curvatures @ point.square() / 2).backward()
        optimizer.step()
        size = float(point.detach().norm())
        if size > FAR:
            return size
        if step >= 0.9 * steps:
            far = max(far, size)
    return far


def limit_of(module: Any, **numbers: float) -> float:
    return module.limit(SimpleNamespace(lam=LARGEST, **numbers))


@pytest.mark.parametrize("beta", [0.3, 0.9])
@pytest.mark.parametrize(("module", "nesterov"), [(heavy_ball_limit, False), (nesterov_limit, True)])
def test_momentum_is_stable_just_below_its_limit_and_not_just_above(module: Any, nesterov: bool, beta: float) -> None:
    limit = limit_of(module, beta=beta)
    options: dict[str, Any] = {"momentum": beta, "nesterov": nesterov}
    assert reached(CURVATURES, torch.optim.SGD, lr=0.99 * limit, **options) < 1e-3
    assert reached(CURVATURES, torch.optim.SGD, lr=1.01 * limit, **options) > FAR


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_adam_with_frozen_second_moments_has_the_limit_of_an_average(beta: float) -> None:
    preconditioner = torch.tensor([4.0, 0.5, 2.0], dtype=torch.float64)
    curvatures = LARGEST * torch.tensor([0.5, 1.0, 0.1], dtype=torch.float64) * preconditioner
    limit = limit_of(ema_momentum_limit, omega=1 - beta)
    # So late that no bias is left to correct, and with a memory that new gradients do not reach.
    state = {
        "step": torch.tensor(1e18, dtype=torch.float64),
        "exp_avg": torch.zeros(3, dtype=torch.float64),
        "exp_avg_sq": preconditioner**2,
    }

    def far(rate: float) -> float:
        fresh = {name: value.clone() for name, value in state.items()}
        options: dict[str, Any] = {"betas": (beta, 1 - 2.0**-50), "eps": 0.0}
        return reached(curvatures, torch.optim.Adam, 2000, fresh, lr=rate, **options)

    assert far(0.99 * limit) < 1e-2
    assert far(1.01 * limit) > FAR


def test_the_limits_are_those_of_one_formula_which_the_plan_knows_too() -> None:
    for beta in (0.2, 0.9):
        for module, numbers, of_the_step in (
            (heavy_ball_limit, {"beta": beta}, lambda rate, _: (0.0, rate)),
            (nesterov_limit, {"beta": beta}, lambda rate, beta: (rate, beta * rate)),
            (ema_momentum_limit, {"omega": 1 - beta}, lambda rate, beta: (0.0, (1 - beta) * rate)),
        ):
            nu, mu = of_the_step(limit_of(module, **numbers), beta)
            x = SimpleNamespace(lam=LARGEST, beta=beta, nu=nu, mu=mu)
            assert momentum_beyond_limit.excess(x) == pytest.approx(0, abs=1e-12)  # pyright: ignore[reportArgumentType]
        for options in ({"momentum": beta}, {"momentum": beta, "nesterov": True}, {"momentum": beta, "dampening": 0.5}):
            lam = stability_limit_of_curvature(0.1, **options)
            ahead = options.get("nesterov", False)
            nu, mu = (0.1, 0.1 * beta) if ahead else (0.0, 0.1 * (1 - options.get("dampening", 0.0)))
            x = SimpleNamespace(lam=lam, beta=beta, nu=nu, mu=mu)
            assert momentum_beyond_limit.excess(x) == pytest.approx(0, abs=1e-12)  # pyright: ignore[reportArgumentType]


def roots(rate: float, beta: float, curvature: float) -> float:
    """The larger modulus of the roots of z² − (1 + β − ηλ)z + β."""
    return float(np.abs(np.roots([1, rate * curvature - 1 - beta, beta])).max())


def test_no_parameters_of_heavy_ball_beat_the_best_ones() -> None:
    mu, largest = 1.0, 25.0
    rho = (largest**0.5 - mu**0.5) / (largest**0.5 + mu**0.5)
    rate = 4 / (largest**0.5 + mu**0.5) ** 2
    between = np.linspace(mu, largest, 30)
    assert max(roots(rate, rho**2, curvature) for curvature in between) == pytest.approx(rho, abs=1e-6)
    generator = np.random.default_rng(0)
    for _ in range(500):
        eta, beta = generator.uniform(0, 4 / largest), generator.uniform(0, 1)
        assert max(roots(eta, beta, curvature) for curvature in (mu, largest)) > rho - 1e-9


def test_heavy_ball_shrinks_by_the_root_of_its_momentum() -> None:
    rho, mu, largest = 2 / 3, 1.0, 25.0
    curvatures = torch.linspace(mu * 1.5, largest * 0.9, 5, dtype=torch.float64)
    options: dict[str, Any] = {"lr": 4 / 36, "momentum": rho**2}
    shrunk = reached(curvatures, torch.optim.SGD, 100, **options) / reached(curvatures, torch.optim.SGD, 50, **options)
    assert shrunk ** (1 / 45) == pytest.approx(rho, rel=0.03)


@pytest.mark.parametrize("rate", [0.05, 2 / 9, 0.24])
def test_gradient_descent_on_a_function_between_two_curvatures_obeys_the_factor(rate: float) -> None:
    """``½x² + 7 log cosh x`` has its curvature between 1 and 8, and its minimum at 0."""
    factor = max(abs(1 - rate), abs(1 - 8 * rate))
    points = np.concatenate([np.geomspace(1e-3, 50, 400), -np.geomspace(1e-3, 50, 400)])
    ratios = np.abs(points - rate * (points + 7 * np.tanh(points))) / np.abs(points)
    assert ratios.max() <= factor * (1 + 1e-12)
    assert ratios.max() > 0.9 * factor


def test_the_best_step_has_the_smallest_worst_case() -> None:
    statement = CATALOG["gd_optimal_step"]
    matrix = np.diag([3.0, 2.0, 1.0])
    worst = {}
    for rate in np.linspace(0.02, 0.4, 39):
        x = statement.domain.instance({"J": matrix, "eta": float(rate)})
        start = np.linalg.svd(gd_optimal_step.step(x))[2][0]
        worst[rate] = np.linalg.norm(start - rate * matrix.T @ matrix @ start)
        assert worst[rate] >= 8 / 10 - 1e-12
    assert min(worst, key=lambda rate: worst[rate]) == pytest.approx(2 / 10)


def test_beyond_the_edge_some_starts_stay_and_all_others_leave() -> None:
    curvatures = torch.tensor([1.0, 100.0], dtype=torch.float64)
    for other, stays in ((0.0, True), (1e-9, False)):
        point = torch.tensor([1.0, other], dtype=torch.float64)
        for _ in range(60):
            point = point - 0.5 * curvatures * point
        assert (float(point.norm()) < 1e-9) is stays
