"""Statements read on networks: decided as claimed on true locks, and violated once the network is tampered with."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import nn

from specbound import check_network
from specbound.checks.network import READINGS, Case, Route
from specbound.checks.network.reading import read
from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.core.verdict import Verdict
from specbound.numeric.ops import NotAvailable
from verify import curvature
from verify.locks import SITES, case

CATALOG = catalog()

EQUALITIES = [
    "attack_factor_chain",
    "attack_factor_chain_lower",
    "compensator_before",
    "deformation_congruence",
    "gradient_law",
    "newton_invariance",
    "damping_favours_lock",
    "rotated_form",
    "trajectory_equivalence",
    "two_sided_lock",
    "two_sided_lock_frozen",
    "attack_freeze",
    "attack_inject",
    "attack_inject_inside",
    "attack_lora",
    "attack_lora_on_compensator",
    "attack_parallel",
    "deformation_spectrum",
    "compensator_spectrum",
    "low_rank_form",
    "rotated_precision",
    "rotated_spectrum",
    "attack_merge",
    "attack_precondition",
    "attack_rescale",
    "limit_general",
]
"""Those that a wrong pair of layers must violate."""


def test_every_statement_on_networks_has_a_reading() -> None:
    about_networks = {name for name, s in CATALOG.items() if s.area in ("curvature", "deformation", "limits")}
    assert about_networks - set(READINGS) == {"attention_jacobian"}


def test_the_closed_form_of_a_linear_network() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 5), nn.Linear(5, 2)).double()
    data = torch.randn(4, 3, dtype=torch.float64), torch.zeros(4, 2, dtype=torch.float64)
    route = Route("0", "2", "1", "mlp")
    (found,) = check_network("abc_linear", model, nn.functional.mse_loss, data, layer="0", route=route)
    assert found.verdict is Verdict.CONSISTENT
    assert found.tightness == pytest.approx(1)


@pytest.mark.parametrize("network", SITES)
def test_nothing_is_violated_and_what_applies_is_read(network: str) -> None:
    site = case(network, seed=3, alpha=100.0)
    left_out = set()
    for name, reading in READINGS.items():
        try:
            found = read(CATALOG[name], reading, site)
        except NotAvailable:
            left_out.add(name)
            continue
        assert found.verdict is not Verdict.VIOLATED, name
        assert found.examples > 0
    factored = f"abc_{SITES[network].route.kind}"
    assert factored not in left_out
    assert left_out == set(curvature._left_out(network))


class Tampered(Case):
    """A case whose locked models have compensators that are off by one part in a hundred."""

    def with_lock(self, alpha: float, form: str) -> nn.Module:
        model = super().with_lock(alpha, form)
        if alpha != 1:
            with torch.no_grad():
                model.get_submodule(self.layer).compensator.weight.mul_(1.01)
                model.get_submodule(self.layer).locked.weight.mul_(1.01)
        return model


@pytest.mark.parametrize("name", EQUALITIES)
def test_a_wrong_pair_is_a_violation(name: str) -> None:
    site = case("mlp", seed=0, alpha=30.0)
    wrong = Tampered(**{field: getattr(site, field) for field in site.__dataclass_fields__})
    assert read(CATALOG[name], READINGS[name], wrong).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("quadratic_law", 30.0),
        ("quadratic_law_upper", 1 / 30),
        ("quadratic_law_crude", 1 / 30),
        ("block_exponents", 1 / 30),
    ],
)
def test_bounds_are_violated_by_a_lock_of_another_alpha(name: str, factor: float) -> None:
    """The locked model has α, the claim is told another: α times the factor."""
    site = case("mlp", seed=0, alpha=300.0)
    locked, dense = site.locked, site.dense_locked
    other = replace(site, alpha=300.0 * factor)
    other.__dict__.update(locked=locked, dense_locked=dense)
    assert read(CATALOG[name], READINGS[name], other).verdict is Verdict.VIOLATED


def test_layer_curvature_needs_all_pairs_of_tokens() -> None:
    """A weight that is used twice, and looked at in one use, is not the weight's curvature."""

    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.head = nn.Linear(3, 3), nn.Linear(3, 2)

        def forward(self, x):
            return self.head(torch.tanh(self.inner(torch.tanh(self.inner(x)))))

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Twice().double()
    data = torch.randn(5, 3, dtype=torch.float64), torch.tensor([0, 1, 0, 1, 0])
    (found,) = check_network("layer_curvature", model, nn.functional.cross_entropy, data, layer="inner")
    assert found.verdict is Verdict.VIOLATED


def test_a_layer_that_is_read_rather_than_called_takes_no_insertion() -> None:
    class Attending(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

        def forward(self, x):
            return self.attention(x, x, x, need_weights=False)[0]

    data = torch.ones(2, 3, 4, dtype=torch.float64), torch.zeros(2, 3, 4, dtype=torch.float64)
    model = Attending().double()
    with pytest.raises(InvalidInput, match="reads its weight instead of calling it"):
        check_network("attack_inject", model, nn.functional.mse_loss, data, layer="attention.out_proj")


def _network() -> tuple[nn.Module, Callable, tuple]:
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    return (
        model,
        nn.functional.mse_loss,
        (torch.ones(5, 3, dtype=torch.float64), torch.zeros(5, 2, dtype=torch.float64)),
    )


def test_a_generator_of_batches_and_what_is_left_out() -> None:
    model, loss, (inputs, targets) = _network()
    batches = ((inputs[n : n + 2], targets[n : n + 2]) for n in (0, 2, 4))
    lines: list[str] = []
    found = check_network(None, model, loss, batches, layer="0", alpha=10.0, progress=lines.append)
    assert len(found) > 25
    assert all(record.verdict is not Verdict.VIOLATED for record in found)
    assert any(line.startswith("abc_conv: not available") for line in lines)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"statements": "weyl_sum"}, "weyl_sum is about matrices"),
        ({"statements": "quadratic_lew"}, "quadratic_law"),
        ({"statements": "abc_conv"}, "nothing could be checked: abc_conv"),
        ({"statements": "attack_inject_inside", "layer": "2", "k": 2}, "none is left to map to"),
        ({"layer": "1"}, "required: an nn.Linear"),
        ({"layer": "*"}, "a single module path"),
        ({"k": 7}, "from 1 to 3"),
        ({"alpha": -1.0}, "a positive number"),
    ],
)
def test_bad_input(change, message: str) -> None:
    model, loss, data = _network()
    arguments = {"statements": "deformation_congruence", "layer": "0", **change}
    with pytest.raises(InvalidInput, match=message):
        check_network(arguments.pop("statements"), model, loss, data, **arguments)


def test_a_frozen_parameter_is_named() -> None:
    model, loss, data = _network()
    model[2].bias.requires_grad_(False)
    with pytest.raises(InvalidInput, match=r"2\.bias is not trainable"):
        check_network("quadratic_law", model, loss, data, layer="0")
