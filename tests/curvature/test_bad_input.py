"""Bad input gets a typed error that names what is at fault."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss

from specbound import predicted_curvature, top_singular_value
from specbound.core.errors import InvalidInput
from specbound.curvature import gauss_newton, hessian
from tests.curvature.examples import labels, normal


def _net(middle: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Linear(3, 4), middle, nn.Linear(4, 2)).double().eval()


DATA = normal(5, 3), labels(5, 2)
CHANNELS = _net(nn.Sequential(nn.Unflatten(1, (4, 1, 1)), nn.CrossMapLRN2d(2), nn.Flatten()))


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


class Twice(nn.Module):
    """Its linear layer is called at two sites."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(3, 3)

    def forward(self, x):
        return self.inner(torch.tanh(self.inner(x)))


class Tied(nn.Module):
    """Two linear layers with one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)
        self.second.weight = self.first.weight

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))


class Noise(nn.Module):
    """Draws at random in evaluation mode too."""

    def forward(self, x):
        return x + torch.randn_like(x)


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
        (_net(nn.Hardsigmoid()), cross_entropy, DATA, r"1.*Hardsigmoid.* cannot be differentiated twice"),
        (CHANNELS, cross_entropy, DATA, r"1\.1.*CrossMapLRN2d.* cannot be differentiated twice"),
        (_net(nn.Tanh()), lambda o, t: o.argmax(dim=1).double().mean(), DATA, "the loss function cuts them off"),
        (_net(nn.Tanh()), lambda o, t: o.argmax(), DATA, "a real scalar is required"),
        (_net(Noise()), cross_entropy, DATA, "two evaluations of the loss give"),
        (_net(nn.RReLU()).train(), cross_entropy, DATA, r"'1' \(RReLU\) draws at random"),
        (_net(nn.Tanh()).requires_grad_(False), cross_entropy, DATA, "no parameter of Sequential is trainable"),
        (nn.Sequential(_net(nn.Tanh()), nn.Linear(2, 2)), cross_entropy, DATA, "more than one dtype"),
        (nn.LazyLinear(2), cross_entropy, DATA, "not initialised yet"),
        (torch.tanh, cross_entropy, DATA, "a torch.nn.Module is required"),
        (nn.Sequential(nn.Linear(3, 2), Detached()).double(), cross_entropy, DATA, r"1.*Detached"),
        (_net(nn.Dropout(0.5)).train(), cross_entropy, DATA, r"'1' \(Dropout\) draws at random"),
        (_net(nn.Tanh()).half(), cross_entropy, DATA, "float32 or float64 is required"),
        (_net(nn.Tanh()), cross_entropy, [], "holds no batch"),
        (_net(nn.Tanh()), cross_entropy, DATA[0], "data is"),
        (_net(nn.Tanh()), cross_entropy, [DATA, DATA[0]], "batch 1 is a Tensor"),
        (_net(nn.Tanh()), cross_entropy, ([1.0], DATA[1]), "the inputs of batch 0 are a list"),
        (_net(nn.Tanh()), cross_entropy, ((), DATA[1]), "hold no tensor with a batch dimension"),
        (_net(nn.Tanh()), cross_entropy, [DATA, (normal(0, 3), labels(0, 2))], "batch 1 holds no sample"),
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
    [("7", 1, "layer"), ("1", 1, "required: an nn.Linear"), ("0", 9, "1 to 3"), ("0", 0, "1 to 3")],
)
def test_a_prediction_for_no_layer(layer: str, k: int, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        predicted_curvature(_net(nn.Tanh()), cross_entropy, DATA, layer, k)


@pytest.mark.parametrize(
    ("model", "layer", "message"),
    [
        (Twice(), "inner", "is called 2 times"),
        (Tied(), "first", "used at more than one site: first.weight, second.weight"),
        (nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True), "self_attn.out_proj", "is called 0 times"),
    ],
)
def test_a_prediction_for_a_layer_that_is_not_called_once(model: nn.Module, layer: str, message: str) -> None:
    inputs = normal(5, 2, 4) if "attn" in layer else DATA[0]
    with pytest.raises(InvalidInput, match=message):
        predicted_curvature(model.double(), lambda o, t: o.square().mean(), (inputs, None), layer, 1)


def test_a_gauss_newton_matrix_of_a_model_with_two_outputs() -> None:
    class Pair(nn.Linear):
        def forward(self, x):
            return super().forward(x), x

    with pytest.raises(InvalidInput, match="the model returns a tuple"):
        gauss_newton(Pair(3, 2).double(), lambda o, t: o[0].square().mean(), DATA)


def test_a_second_derivative_that_does_not_exist_here() -> None:
    model = nn.Linear(3, 1, bias=False).double()
    nn.init.zeros_(model.weight)
    with pytest.raises(InvalidInput, match="a second derivative does not exist at this point"):
        top_singular_value(model, lambda o, t: (o.abs() ** 1.5).mean(), DATA)


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        (normal(3), "meets an operator of shape"),
        (normal(26).float(), "float32"),
        (normal(26, 1, 1), "meets an operator of shape"),
    ],
)
def test_a_vector_that_does_not_fit_an_operator(vector, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        hessian(_net(nn.Tanh()), cross_entropy, DATA) @ vector
