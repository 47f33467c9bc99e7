"""The largest stable learning rate against what is known of it, and what is refused."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss

import specbound
from specbound.core.errors import InvalidInput
from specbound.training.stability import RESOLUTION, stability_limit
from tests.training.test_loop import DATA, Closureless, line


def test_gradient_descent_on_a_parabola() -> None:
    model = line()
    found = specbound.stability_limit(model, mse_loss, DATA, torch.optim.SGD)
    assert found.low <= 1 < found.high
    assert found.high <= found.low * (1 + RESOLUTION)
    assert found.low < found.learning_rate < found.high
    assert float(model.get_parameter("weight").detach()) == 0


def test_options_go_to_the_optimizer() -> None:
    # With decay w goes to 1, not to 3: a step from 0 beyond that comes back, and the loss rises.
    found = stability_limit(line(), mse_loss, DATA, "sgd", weight_decay=4.0)
    assert found.learning_rate == pytest.approx(1 / 6, rel=RESOLUTION)


@pytest.mark.parametrize("start", [1e-9, 1e-3, 10.0, 1e4])
def test_where_the_scan_begins_does_not_matter(start: float) -> None:
    assert stability_limit(line(), mse_loss, DATA, "sgd", start=start).learning_rate == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize("start", [1e-3, 1e9])
def test_a_step_so_large_that_nothing_moves_any_more_is_not_taken_for_a_stable_one(start: float) -> None:
    # A valley around 1 with curvature 2, and 0 far away, where a large step lands and stays.
    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        square = (outputs - 1).square().mean()
        return square / (1 + square**2 / 100)

    found = stability_limit(line(), loss, DATA, "sgd", start=start).learning_rate
    assert 0.9 < found < 1.1


def test_a_momentum_that_overshoots_later_is_found_from_any_start() -> None:
    # At 5e-3 the first step descends, and the heavy ball comes back up within the 50 steps.
    found = [stability_limit(line(), mse_loss, DATA, "momentum", start=start).learning_rate for start in (5e-3, 1e-5)]
    assert found[0] == pytest.approx(found[1], rel=0.02)
    assert found[0] < 5e-3


def test_an_optimizer_whose_first_step_only_prepares() -> None:
    pytest.importorskip("pytorch_optimizer")
    model = nn.Linear(3, 2).double()
    nn.init.zeros_(model.weight)
    inputs = torch.randn(20, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = stability_limit(model, mse_loss, (inputs, inputs[:, :2] + 1), "soap")
    assert 1e-4 < found.learning_rate < 1


def test_a_loss_that_stops_being_a_number_has_risen() -> None:
    # The square root ends at w = 1, where every step leads.
    found = stability_limit(line(), lambda outputs, targets: (1 - outputs).sqrt().mean(), DATA, "sgd")
    assert found.high < 0.1


def test_a_loss_that_never_rises_has_no_limit() -> None:
    found = stability_limit(line(), lambda outputs, targets: -outputs.tanh().mean(), DATA, "sgd")
    assert math.isinf(found.learning_rate)
    assert math.isinf(found.high)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rounding_is_no_rise(dtype: torch.dtype) -> None:
    inputs = torch.randn(50, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    targets = inputs @ torch.tensor([[1.0], [2.0], [3.0]], dtype=torch.float64)
    model = nn.Linear(3, 1).double().to(dtype)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    data = inputs.to(dtype), targets.to(dtype)
    features = torch.cat([inputs, torch.ones(50, 1, dtype=torch.float64)], dim=1)
    curvature = 2 * float(torch.linalg.matrix_norm(features.T @ features / 50, 2))
    found = stability_limit(model, mse_loss, data, "sgd")
    assert found.learning_rate == pytest.approx(2 / curvature, rel=0.05)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"start": 0.0}, "start = 0.0"),
        ({"lr": 0.1}, "lr is what is looked for"),
        ({"optimizer": Closureless}, "takes no closure"),
        ({"loss": lambda outputs, targets: (outputs * 0).sum() * outputs.sum() + 1}, "the point is critical"),
        ({"loss": lambda outputs, targets: outputs.sum() * math.nan}, "the loss is nan at the start"),
        ({"data": (DATA[0] * math.nan, DATA[1])}, "NaN or infinite"),
        ({"momentum": -1.0}, "Invalid momentum"),
    ],
)
def test_bad_input(changed: dict, said: str) -> None:
    given = {"loss": mse_loss, "data": DATA, "optimizer": torch.optim.SGD, **changed}
    with pytest.raises(ValueError, match=said) as caught:
        stability_limit(line(), **given)
    assert isinstance(caught.value, InvalidInput) or "momentum" in changed
