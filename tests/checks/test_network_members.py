"""Rescalings that keep a function, read on networks: a wrong factor is a violation, and where none applies is said."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from specbound import check_network
from specbound.checks.network import READINGS, members
from specbound.checks.network.reading import read
from specbound.core.catalogue import catalog
from specbound.core.verdict import Verdict
from specbound.numeric.ops import NotAvailable
from verify.locks import case

CATALOG = catalog()

MEMBERS = [
    ("neuron_rescaling", "neurons", "relu"),
    ("query_key_rescaling", "queries", "transformer"),
    ("value_output_rescaling", "values", "transformer"),
    ("gain_shift", "gains", "transformer"),
]


@pytest.mark.parametrize(("name", "factors", "network"), MEMBERS)
def test_each_keeps_the_function_and_one_factor_less_is_a_violation(
    name: str, factors: str, network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = case(network, seed=1, alpha=30.0)
    found = getattr(members, factors)(site)
    rescaled = members.rescaled(site.model, found)
    torch.testing.assert_close(rescaled(site.data[0]), site.model(site.data[0]), rtol=1e-11, atol=1e-11)
    assert read(CATALOG[name], READINGS[name], site).verdict is Verdict.CONSISTENT
    # Of weights: the bias of the keys adds the same to all logits of a query, which a softmax does not see.
    last = [key for key in found if key.endswith("weight")][-1]
    monkeypatch.setattr(members, factors, lambda _: {key: found[key] for key in found if key != last})
    assert read(CATALOG[name], READINGS[name], site).verdict is Verdict.VIOLATED


def test_every_reader_of_a_gain_is_found() -> None:
    found = members.gains(case("transformer", seed=1, alpha=30.0))
    assert {"query.weight", "key.weight", "value.weight", "first.weight", "first.bias"} == set(found)


def test_a_gain_that_a_residual_connection_reads_too_cannot_be_shifted() -> None:
    class PostNorm(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.inner, self.head = nn.LayerNorm(4), nn.Linear(4, 4), nn.Linear(4, 2)

        def forward(self, x):
            h = self.norm(x)
            return self.head(torch.tanh(h + self.inner(h)))

    with pytest.raises(NotAvailable, match="linear layers alone"):
        members.gains(_case(PostNorm()))


def test_gelu_has_no_neurons_to_rescale() -> None:
    with pytest.raises(NotAvailable, match="not followed by a ReLU"):
        members.neurons(_case(nn.Sequential(nn.Linear(4, 4), nn.GELU(), nn.Linear(4, 2)), layer="0"))


@pytest.mark.parametrize("name", ["normalised_curvature", "normalised_step"])
def test_a_normalisation_with_an_addend_is_a_violation(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    site = case("mlp", seed=1, alpha=0.3)

    def regularised(z: torch.Tensor, dim: int) -> torch.Tensor:
        return z / (z.square().sum(dim=dim, keepdim=True) + 1).sqrt()

    assert read(CATALOG[name], READINGS[name], site).verdict is Verdict.CONSISTENT
    monkeypatch.setattr(members, "normalize", regularised)
    assert read(CATALOG[name], READINGS[name], site).verdict is Verdict.VIOLATED


def test_on_a_users_network() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).double()
    data = torch.linspace(-1, 1, 15, dtype=torch.float64).reshape(5, 3), torch.zeros(5, 2, dtype=torch.float64)
    (found,) = check_network("neuron_rescaling", model, nn.functional.mse_loss, data, layer="0", alpha=1e6)
    assert found.verdict is Verdict.CONSISTENT


def _case(model: nn.Module, layer: str = "inner") -> members.Case:
    data = torch.ones(3, 4, dtype=torch.float64), torch.zeros(3, 2, dtype=torch.float64)
    loss: Callable = nn.functional.mse_loss
    return members.Case(model.double(), loss, data, layer, 10.0, 1)
