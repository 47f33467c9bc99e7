"""Convolutions and the Conv1D of transformers: the same function, the linear map of an unfolded patch, key names."""

import copy

import pytest
import torch
from torch import nn

from specbound import lock
from specbound.core.errors import InvalidInput
from specbound.curvature.linear_maps import matrix_of
from specbound.locking import unlock

LAYERS = {
    "stride and padding": (lambda: nn.Conv2d(3, 8, 3, stride=2, padding=1), (2, 3, 9, 8)),
    "dilated, reflecting": (
        lambda: nn.Conv2d(2, 5, (3, 2), dilation=2, padding=1, padding_mode="reflect"),
        (2, 2, 9, 9),
    ),
    "no bias, same": (lambda: nn.Conv1d(4, 6, 3, padding="same", bias=False), (2, 4, 7)),
    "one channel, 3d": (lambda: nn.Conv3d(1, 4, 2), (1, 1, 4, 3, 3)),
    "pointwise": (lambda: nn.Conv2d(6, 6, 1), (2, 6, 3, 3)),
}


@pytest.mark.parametrize("form", ["dense", "rotated"])
@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("name", LAYERS)
def test_a_locked_convolution_is_the_same_function(name: str, side: str, form: str) -> None:
    build, shape = LAYERS[name]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = nn.Sequential(build()).double()
        inputs = torch.randn(shape, dtype=torch.float64)
    before, was = model(inputs), copy.deepcopy(model)
    found = lock(model, "0", alpha=30.0, k=2, form=form, side=side, inputs=inputs)
    torch.testing.assert_close(model(inputs), before, rtol=1e-12, atol=1e-12)
    assert found.output_error < 1e-12
    top = torch.linalg.svdvals(matrix_of(was[0]).detach())[:2]
    inflated = torch.linalg.svdvals(model[0].matrices()[0])[:2]
    torch.testing.assert_close(inflated, 30 * top, rtol=1e-12, atol=0)
    assert "0.weight" not in model.state_dict()
    assert model[0].weight.shape == was[0].weight.shape
    copied = copy.deepcopy(model)
    unlock(copied)
    assert repr(copied) == repr(was)
    torch.testing.assert_close(copied[0].weight, was[0].weight, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("form", ["dense", "rotated"])
@pytest.mark.parametrize("side", ["after", "before"])
def test_the_transposed_layers_of_transformers_keep_their_orientation(side: str, form: str) -> None:
    conv1d = pytest.importorskip("transformers.pytorch_utils").Conv1D
    model = nn.Sequential(conv1d(6, 4)).double()
    inputs = torch.randn(3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    nn.init.normal_(model[0].weight)
    before, was = model(inputs), copy.deepcopy(model)
    lock(model, "0", alpha=30.0, k=2, form=form, side=side)
    torch.testing.assert_close(model(inputs), before, rtol=1e-12, atol=1e-12)
    size = 6 if side == "after" else 4
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    assert shapes == {"0.bias": (6,), "0.locked.weight": (4, 6), "0.compensator.weight": (size, size)}
    assert model[0].weight.shape == (4, 6)
    unlock(model)
    torch.testing.assert_close(model[0].weight, was[0].weight, rtol=1e-12, atol=1e-12)
    assert isinstance(model[0], conv1d)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (lambda: nn.Conv2d(4, 4, 3, groups=2), "a convolution in 2 groups"),
        (lambda: nn.utils.parametrizations.weight_norm(nn.Linear(3, 3)), "computed from others"),
        (lambda: nn.ConvTranspose2d(3, 3, 2), "is a ConvTranspose2d"),
        (lambda: nn.Embedding(4, 3), "is a Embedding"),
    ],
)
def test_what_is_no_single_linear_map_is_refused(layer, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        lock(nn.Sequential(layer()), "0", alpha=10.0, k=1)


def test_quantized_weights_are_refused() -> None:
    layer = nn.Linear(3, 3)
    layer.weight = nn.Parameter(torch.zeros(3, 3, dtype=torch.int8), requires_grad=False)
    with pytest.raises(InvalidInput, match=r"holds torch.int8; required: a floating dtype"):
        lock(nn.Sequential(layer), "0", alpha=10.0, k=1)
