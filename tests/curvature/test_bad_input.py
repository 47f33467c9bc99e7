"""Bad input gets a typed error that names what is at fault."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss

from specbound import predicted_curvature, top_singular_value
from specbound.core.errors import InvalidInput
from tests.curvature.examples import labels, normal


def _net(middle: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Linear(3, 4), middle, nn.Linear(4, 2)).double().eval()


DATA = normal(5, 3), labels(5, 2)


class InPlace(nn.Module):
    def forward(self, x):
        y = torch.exp(x)
        y.mul_(2)
        return y


class Detached(nn.Module):
    def forward(self, x):
        return x.detach()


class Root(nn.Module):
    def forward(self, x):
        return torch.sqrt(x - 1e6)


class OnceOnly(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, slope):
        return 3 * ctx.saved_tensors[0] ** 2 * slope


class Once(nn.Module):
    def forward(self, x):
        return OnceOnly.apply(x)


class Distances(nn.Module):
    """Distances in the 3-norm: torch has no second derivative of them."""

    def forward(self, x):
        return torch.cdist(x, torch.eye(4, dtype=x.dtype), p=3.0)


@pytest.mark.parametrize(
    ("model", "loss", "data", "message"),
    [
        (nn.Tanh(), mse_loss, (normal(5, 3), normal(5, 3)), "Tanh has no parameters"),
        (_net(nn.Tanh()), lambda o, t: o, DATA, "shape"),
        (_net(nn.Tanh()), lambda o, t: 1.0, DATA, "a scalar tensor is required"),
        (_net(nn.Tanh()), lambda o, t: o.sum() * float("nan"), DATA, "arises in the loss function"),
        (_net(Root()), cross_entropy, DATA, r"the first output that is not finite is that of .*1.*Root"),
        (_net(InPlace()), cross_entropy, DATA, r"1.*InPlace"),
        (_net(Distances()), cross_entropy, DATA, r"1.*Distances.* cannot be differentiated twice"),
        (_net(Once()), cross_entropy, DATA, "wrong double backward"),
        (nn.Sequential(nn.Linear(3, 2), Detached()).double(), cross_entropy, DATA, r"1.*Detached"),
        (_net(nn.Dropout(0.5)).train(), cross_entropy, DATA, r"'1' \(Dropout\) draws at random"),
        (_net(nn.Tanh()).half(), cross_entropy, DATA, "float32 or float64 is required"),
        (_net(nn.Tanh()), cross_entropy, [], "holds no batch"),
        (_net(nn.Tanh()), cross_entropy, DATA[0], "data is"),
        (_net(nn.Tanh()), cross_entropy, (normal(5, 7), DATA[1]), "the forward pass fails in"),
    ],
)
def test_it_names_what_is_at_fault(model, loss, data, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        top_singular_value(model, loss, data)


@pytest.mark.parametrize(
    ("params", "message"),
    [("0.wieght", "0.weight"), ([], "params is empty"), ("*.gain", "gain"), ([3], "names or globs")],
)
def test_a_name_that_matches_nothing(params, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        top_singular_value(_net(nn.Tanh()), cross_entropy, DATA, params=params)


@pytest.mark.parametrize(("tol", "message"), [(0.0, "between 0 and 1"), (2.0, "between 0 and 1")])
def test_a_tolerance_out_of_range(tol: float, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        top_singular_value(_net(nn.Tanh()), cross_entropy, DATA, tol=tol)


@pytest.mark.parametrize(
    ("layer", "k", "message"),
    [("7", 1, "layer"), ("1", 1, "an nn.Linear is required"), ("0", 9, "1 to 3"), ("0", 0, "1 to 3")],
)
def test_a_prediction_for_no_layer(layer: str, k: int, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        predicted_curvature(_net(nn.Tanh()), cross_entropy, DATA, layer, k)
