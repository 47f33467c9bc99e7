"""A lock is found by what its compensator alone gives away, in either form and in formats that round."""

import pytest
import torch
from torch import nn

import specbound

K = 3


@pytest.mark.parametrize(("form", "alpha"), [("dense", 30.0), ("rotated", 30.0), ("rotated", 1e4)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16], ids=str)
def test_directions_number_and_factor_are_found(form: str, alpha: float, dtype: torch.dtype) -> None:
    model = nn.Sequential(nn.Linear(12, 8)).double()
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(8, 12, generator=generator, dtype=torch.float64)
    model[0].weight.data = weight
    specbound.lock(model, "0", alpha, K, form)
    stored = model[0].compensator.weight.detach().to(dtype).double()

    left, values, _ = torch.linalg.svd(stored)
    jumps = values[:-1] - values[1:]
    found = len(values) - 1 - int(jumps.argmax())
    assert found == K
    unit = torch.finfo(dtype).eps / 2
    assert float(values[-K:].mean()) == pytest.approx(1 / alpha, abs=20 * unit)
    inflated = torch.linalg.svd(weight).U[:, :K]
    missed = inflated - left[:, -K:] @ (left[:, -K:].T @ inflated)
    assert float(torch.linalg.matrix_norm(missed, 2)) <= 100 * unit


def test_nothing_is_found_where_nothing_was_inflated() -> None:
    model = nn.Sequential(nn.Linear(12, 8)).double()
    specbound.lock(model, "0", 1.0, K)
    values = torch.linalg.svdvals(model[0].compensator.weight.detach())
    assert float(values[0] - values[-1]) < 1e-12
