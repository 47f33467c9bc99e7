"""Plans: the α that is proposed closes the learning rate, a little less does not, on networks and on quadratics."""

import copy
import math

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from specbound import NotAvailable, lock, most_curved_layers, plan, predicted_curvature, top_singular_value
from specbound.core.errors import InvalidInput
from specbound.curvature.operator import Operator
from specbound.locking.plan import _largest_eigenvalue, stability_limit_of_curvature


@pytest.fixture(scope="module")
def problem():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = nn.Sequential(
            nn.Unflatten(1, (1, 6, 6)),
            nn.Conv2d(1, 4, 3, stride=2, padding=1),
            nn.GELU(),
            nn.Flatten(),
            nn.Linear(36, 8),
            nn.Tanh(),
            nn.Linear(8, 3),
        ).double()
        return model, cross_entropy, (torch.randn(40, 36, dtype=torch.float64), torch.randint(3, (40,)))


def test_the_planned_alpha_closes_the_learning_rate(problem) -> None:
    model, loss, data = problem
    rate = 1e-5
    found = plan(model, loss, data, rate, k=2)
    assert found.alpha > 10
    assert list(found.curvatures.values()) == sorted(found.curvatures.values(), reverse=True)
    assert set(found.curvatures) == {"1", "4", "6"}
    sharpness = []
    for factor in (0.98, 1.0):
        locked = copy.deepcopy(model)
        lock(locked, found.layers, alpha=factor * found.alpha, k=2)
        sharpness.append(top_singular_value(locked, loss, data).value)
    assert sharpness[0] < 2 / rate <= sharpness[1] * (1 + 1e-5)


def test_several_layers_carry_it_each_by_itself(problem) -> None:
    model, loss, data = problem
    one, three = (plan(model, loss, data, 1e-5, k=2, n=n) for n in (1, 3))
    assert three.alpha > one.alpha
    assert three.layers[0] == one.layers[0]
    for layer in three.layers:
        assert three.alpha**2 * predicted_curvature(model, loss, data, layer, 2) >= three.limit * (1 - 1e-5)
    assert plan(model, loss, data, 1e9, k=2).alpha == 1.0


def test_the_most_curved_layers_are_those_with_the_largest_prediction(problem) -> None:
    model, loss, data = problem
    found = {name: predicted_curvature(model, loss, data, name, 2) for name in ("1", "4", "6")}
    assert most_curved_layers(model, loss, data, 3, 2) == sorted(found, key=lambda name: -found[name])
    assert most_curved_layers(model, loss, data, 1, 2, layers=["1", "4"]) == [max(("1", "4"), key=found.__getitem__)]


@pytest.mark.parametrize("layer", ["1", "4", "6"])
def test_predictions_hold_for_convolutions_too(problem, layer: str) -> None:
    model, loss, data = problem
    locked = copy.deepcopy(model)
    lock(locked, layer, alpha=1e4, k=2)
    ratio = top_singular_value(locked, loss, data).value / (1e8 * predicted_curvature(model, loss, data, layer, 2))
    assert abs(ratio - 1) < 1e-5


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "dampening": 0.5},
        {"dampening": 0.5},
        {"momentum": 0.8, "nesterov": True},
        {"weight_decay": 3.0},
        {"momentum": 0.5, "weight_decay": 3.0, "nesterov": True},
    ],
)
def test_limits_are_where_the_optimizer_of_torch_diverges_on_a_quadratic(options) -> None:
    rate = 0.05
    limit = stability_limit_of_curvature(rate, **options)
    for factor, diverges in ((0.98, False), (1.02, True)):
        x = torch.ones(1, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([x], lr=rate, **options)
        for _ in range(3_000):
            optimizer.zero_grad()
            (factor * limit * x**2 / 2).sum().backward()
            optimizer.step()
            if abs(float(x.detach())) > 1e6:
                break
        assert (abs(float(x.detach())) > 1e6) == diverges
        assert diverges or abs(float(x.detach())) < 1e-6


def test_the_largest_eigenvalue_is_not_the_largest_in_magnitude() -> None:
    for values in ((-5.0, 2.0, 1.0), (5.0, -2.0), (-3.0, -1.0)):
        matrix = torch.diag(torch.tensor(values, dtype=torch.float64))
        assert math.isclose(_largest_eigenvalue(Operator.of_matrix(matrix)), max(values), rel_tol=1e-5)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"target_learning_rate": 0.0}, InvalidInput, "learning rate is 0.0"),
        ({"target_learning_rate": math.inf}, InvalidInput, "learning rate is inf"),
        ({"optimizer": torch.optim.Adam}, NotAvailable, "what makes Adam unstable"),
        ({"momentum": 1.0}, InvalidInput, "momentum and dampening"),
        ({"nesterov": True}, InvalidInput, "Nesterov"),
        ({"weight_decay": 1e9}, InvalidInput, "weight decay"),
        ({"n": 4}, InvalidInput, "n = 4 layers"),
        ({"n": 0}, InvalidInput, "n = 0 layers"),
        ({"layers": "nowhere"}, InvalidInput, "unknown layer"),
        ({"k": 20}, InvalidInput, "has k = 20 directions"),
    ],
)
def test_what_cannot_be_planned_is_refused(problem, change, error, message: str) -> None:
    model, loss, data = problem
    arguments = {"target_learning_rate": 1e-5, "k": 2, **change}
    with pytest.raises(error, match=message):
        plan(model, loss, data, **arguments)


def test_layers_whose_weight_is_read_instead_of_called_are_left_out() -> None:
    layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True).double()
    data = torch.randn(3, 2, 4, dtype=torch.float64), torch.zeros(3, 2, 4, dtype=torch.float64)
    assert "self_attn.out_proj" not in plan(layer, nn.functional.mse_loss, data, 1e-3, k=1).curvatures


def test_planning_leaves_the_model_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)).double()
    before = copy.deepcopy(model.state_dict())
    data = torch.randn(9, 4, dtype=torch.float64), torch.zeros(9, 2, dtype=torch.float64)
    plan(model, nn.functional.mse_loss, data, 1e-3, k=1)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert all(parameter.requires_grad for parameter in model.parameters())
