"""A model and torch's settings are as they were, whether the computation ends well or not."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from specbound import predicted_curvature, top_singular_value
from specbound.core.errors import InvalidInput
from specbound.curvature import gauss_newton
from tests.curvature.examples import labels, normal


def _model() -> nn.Sequential:
    layers = (nn.Linear(3, 4), nn.BatchNorm1d(4), nn.utils.parametrizations.weight_norm(nn.Linear(4, 2)))
    model = nn.Sequential(*layers).double().train()
    model[0].bias.requires_grad_(False)
    model[0].weight.grad = torch.ones_like(model[0].weight)
    return model


DATA = normal(6, 3), labels(6, 2)


def _settings() -> tuple[object, ...]:
    cuda = torch.backends.cuda
    return (
        torch.backends.mha.get_fastpath_enabled(),
        torch.get_float32_matmul_precision(),
        cuda.flash_sdp_enabled(),
        cuda.mem_efficient_sdp_enabled(),
        torch.is_grad_enabled(),
        torch.get_rng_state().tolist(),
        torch.is_autocast_enabled("cpu"),
    )


def _nan(outputs, targets):
    return outputs.sum() * float("nan")


@pytest.mark.parametrize(
    ("compute", "fails"),
    [
        (lambda model: top_singular_value(model, cross_entropy, DATA), False),
        (lambda model: top_singular_value(model, cross_entropy, DATA, params="0.weight"), False),
        (lambda model: gauss_newton(model, cross_entropy, DATA).dense(), False),
        (lambda model: predicted_curvature(model, cross_entropy, DATA, "0", 1), False),
        (lambda model: top_singular_value(model, _nan, DATA), True),
        (lambda model: predicted_curvature(model, _nan, DATA, "0", 1), True),
        (lambda model: top_singular_value(model, cross_entropy, (normal(6, 7), DATA[1])), True),
        (lambda model: top_singular_value(model, cross_entropy, DATA, params="0.wieght"), True),
    ],
)
def test_everything_is_left_as_it_was(compute, fails: bool) -> None:
    model = _model()
    held = [*model.parameters(), *model.buffers()]
    before, settings = copy.deepcopy(model.state_dict()), _settings()
    if fails:
        with pytest.raises(InvalidInput):
            compute(model)
    else:
        compute(model)
    assert all(one is other for one, other in zip(held, [*model.parameters(), *model.buffers()], strict=True))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert [name for name, parameter in model.named_parameters() if not parameter.requires_grad] == ["0.bias"]
    assert [name for name, parameter in model.named_parameters() if parameter.grad is not None] == ["0.weight"]
    assert bool((model[0].weight.grad == 1).all())
    assert all(module.training for module in model.modules())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert _settings() == settings


def test_settings_of_the_caller_do_not_matter() -> None:
    model = _model()
    plain = top_singular_value(model, cross_entropy, DATA).value
    with torch.no_grad():
        assert top_singular_value(model, cross_entropy, DATA).value == plain
    with torch.inference_mode():
        assert top_singular_value(model, cross_entropy, DATA).value == plain
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert top_singular_value(model, cross_entropy, DATA).value == plain
