"""K-FAC: its matrix where it is exact, and what it makes of a lock."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

from specbound.core.errors import InvalidInput
from specbound.curvature import gauss_newton
from specbound.locking import lock
from specbound.training.optimizers import SingularCurvature, build
from tests.curvature.examples import labels, normal, seeded
from tests.training.problems import advance, apart, block

DATA = (normal(40, 4), normal(40, 2, seed=2))


def narrowing() -> nn.Module:
    """No layer has more outputs than inputs."""
    return seeded(lambda: nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)))


def outputs(alpha: float, form: str, damping: float = 0.0, side: str = "after", steps: int = 1) -> list[torch.Tensor]:
    model = narrowing()
    lock(model, "2", alpha, 2, form, side)
    return advance(build("kfac", model, mse_loss, DATA, lr=0.1, damping=damping), model, DATA, steps)


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (mse_loss, normal(30, 3, seed=2)),
        (nn.MSELoss(), normal(30, 3, seed=2)),
        (cross_entropy, labels(30, 3)),
        (binary_cross_entropy_with_logits, labels(90, 2).reshape(30, 3).double()),
    ],
)
def test_a_step_on_one_layer(loss: Any, targets: torch.Tensor) -> None:
    """Against the Kronecker product of second moments, which for the squared error is the Gauss–Newton matrix."""
    model = seeded(lambda: nn.Sequential(nn.Linear(4, 3)))
    inputs = normal(30, 4)
    start = torch.cat([p.detach().reshape(-1) for p in model.parameters()])
    slope = torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss(model(inputs), targets), model.parameters())])
    # Weight and bias in this order: the input with a 1 behind it.
    extended = torch.cat([inputs, torch.ones(30, 1, dtype=torch.float64)], dim=1)
    bent = torch.stack(
        [
            torch.autograd.functional.hessian(lambda f, y=y: loss(f[None], y[None]), f)
            for f, y in zip(model(inputs).detach(), targets, strict=True)
        ]
    ).mean(0)
    kron = torch.kron(bent, extended.T @ extended / 30)
    order = [*(5 * o + i for o in range(3) for i in range(4)), *(5 * o + 4 for o in range(3))]
    matrix = kron[order][:, order]
    if loss is mse_loss:
        exact = gauss_newton(model, loss, (inputs, targets)).dense()
        assert torch.allclose(matrix, exact, atol=1e-14)
    halves = [(inputs[:12], targets[:12]), (inputs[12:], targets[12:])]
    damping = 0.01
    advance(build("kfac", model, loss, halves, lr=1.0, damping=damping), model, (inputs, targets), 1, loss)
    found = torch.cat([p.detach().reshape(-1) for p in model.parameters()])
    expected = start - torch.linalg.solve(matrix + damping * torch.eye(15), slope)
    assert torch.allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("form", "alpha", "bound"), [("rotated", 1e4, 1e-11), ("dense", 1e4, 1e-4), ("dense", 100.0, 1e-8)]
)
def test_undamped_it_does_not_see_a_lock(form: str, alpha: float, bound: float) -> None:
    unlocked = outputs(1.0, form)
    assert apart(outputs(alpha, form), unlocked) < bound
    with torch.no_grad():
        assert apart(unlocked, [narrowing()(DATA[0])]) > 0.1


def test_for_a_power_of_two_it_does_not_to_the_last_bit_rotated() -> None:
    assert apart(outputs(2.0**13, "rotated", steps=4), outputs(1.0, "rotated", steps=4)) == 0


@pytest.mark.parametrize("form", ["rotated", "dense"])
def test_damped_it_does(form: str) -> None:
    assert apart(outputs(1e4, form, damping=1e-3), outputs(1.0, form, damping=1e-3)) > 0.1


def test_a_compensator_in_front_of_a_narrowing_weight_makes_a_factor_singular() -> None:
    with pytest.raises(SingularCurvature, match=r"outputs' gradients of layer 2\.compensator is singular"):
        outputs(100.0, "rotated", side="before")


def test_a_compensator_behind_a_widening_weight_makes_a_factor_singular() -> None:
    model = seeded(lambda: nn.Sequential(nn.Linear(4, 6, bias=False), nn.Tanh(), nn.Linear(6, 2)))
    lock(model, "0", 10.0, 2)
    with pytest.raises(SingularCurvature, match=r"inputs of layer 0\.compensator is singular"):
        advance(build("kfac", model, mse_loss, DATA), model, DATA, 1)


def test_too_few_samples_and_the_cross_entropy_make_a_factor_singular_and_nothing_moves() -> None:
    model, few = narrowing(), (DATA[0][:3], DATA[1][:3])
    before = [p.detach().clone() for p in model.parameters()]
    with pytest.raises(SingularCurvature, match="more samples"):
        advance(build("kfac", model, mse_loss, few), model, few, 1)
    data = (DATA[0], labels(40, 2))
    with pytest.raises(SingularCurvature, match="outputs' gradients of layer 4"):
        advance(build("kfac", model, cross_entropy, data), model, data, 1, cross_entropy)
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), before, strict=True))


def test_the_model_is_left_as_it_was() -> None:
    model = narrowing()
    lock(model, "2", 10.0, 2)
    names = [name for name, _ in model.named_parameters()]
    optimizer = build("kfac_damped", model, mse_loss, DATA)
    advance(optimizer, model, DATA, 1)
    assert [name for name, _ in model.named_parameters()] == names
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    bad = [(DATA[0].float(), DATA[1])]
    with pytest.raises(RuntimeError, match="dtype"):
        advance(build("kfac_damped", model, mse_loss, bad), model, DATA, 1)
    assert [name for name, _ in model.named_parameters()] == names


def test_what_it_refuses() -> None:
    model = narrowing()
    with pytest.raises(InvalidInput, match=r"norm\.weight, norm\.bias: 2 parameters of no nn\.Linear"):
        build("kfac", block(), mse_loss, DATA)
    with pytest.raises(InvalidInput, match="the loss is l1_loss; required for K-FAC"):
        build("kfac", model, nn.functional.l1_loss, DATA)
    for loss in (
        nn.CrossEntropyLoss(label_smoothing=0.1),
        nn.CrossEntropyLoss(weight=torch.ones(2)),
        nn.MSELoss(reduction="sum"),
    ):
        with pytest.raises(InvalidInput, match="required for K-FAC"):
            build("kfac", model, loss, DATA)
    with pytest.raises(InvalidInput, match="several tensors"):
        build("kfac", model, mse_loss, ((DATA[0], DATA[0]), DATA[1]))
    with pytest.raises(InvalidInput, match="some are ignored"):
        build("kfac", model, cross_entropy, (DATA[0], torch.full((40,), -100)))
    with pytest.raises(InvalidInput, match="damping = -1"):
        build("kfac", model, mse_loss, DATA, damping=-1.0)
    attention = nn.MultiheadAttention(4, 2).double()
    attention.in_proj_weight.requires_grad_(False)
    with pytest.raises(InvalidInput, match="in_proj_bias"):
        build("kfac", attention, mse_loss, DATA)


def test_a_layer_that_is_read_and_not_called_is_told() -> None:
    class Reads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(4, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return nn.functional.linear(x, self.inner.weight, self.inner.bias)

    model = seeded(Reads)
    with pytest.raises(InvalidInput, match="layer inner is not called by the model"):
        advance(build("kfac_damped", model, mse_loss, DATA), model, DATA, 1)
