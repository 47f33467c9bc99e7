"""Attacks walk the paths, and have the curvature, of the base model or of the identity-inserted one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from specbound import attacks, stability_limit, top_singular_value
from specbound.attacks import Attacked
from specbound.core.errors import InvalidInput
from specbound.locking.congruence import metric_blocks
from specbound.training.loop import fine_tune
from specbound.training.optimizers import build
from tests.training.problems import PROBLEMS, advance, apart, locked

ALPHA = 1e4
SAME = {"rotated": 1e-12, "dense": 1e-6}
STEPS = 20
OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "gradient descent": ("sgd", {"lr": 0.05}),
    "heavy ball": ("momentum", {"lr": 0.02}),
    "Adam": ("adam", {"lr": 0.01}),
    "coupled decay": ("sgd", {"lr": 0.05, "weight_decay": 0.1}),
    "decoupled decay": ("adamw", {"lr": 0.01, "weight_decay": 0.1}),
}
LOCKS = [("dense", "after", False), ("rotated", "before", False), ("rotated", "after", True)]


def base(kind: str) -> nn.Module:
    return PROBLEMS[kind][0]()


def walked(model: nn.Module, kind: str, optimizer: Any, options: dict[str, Any], steps: int = STEPS) -> list[Tensor]:
    data = PROBLEMS[kind][2]
    return advance(build(optimizer, model, mse_loss, data, **options), model, data, steps)


def attacked_walk(found: Attacked, kind: str, name: str, options: dict[str, Any]) -> list[Tensor]:
    return walked(found.model, kind, found.optimizer(name), options)


def curvature(model: nn.Module, kind: str, params: str | Iterable[str] | None = None) -> float:
    return top_singular_value(model, mse_loss, PROBLEMS[kind][2], params).value


# Paths


@pytest.mark.parametrize(
    ("kind", "name"), [*(("mlp", name) for name in OPTIMIZERS), ("block", "gradient descent"), ("block", "Adam")]
)
@pytest.mark.parametrize(("form", "side", "two_sided"), LOCKS)
def test_preconditioned_an_optimizer_walks_its_path_on_the_identity_inserted_model(
    kind: str, form: str, side: str, two_sided: bool, name: str
) -> None:
    optimizer, options = OPTIMIZERS[name]
    inserted = walked(locked(kind, 1.0, form, side, two_sided), kind, optimizer, options)
    found = attacks.precondition(locked(kind, ALPHA, form, side, two_sided))
    assert apart(attacked_walk(found, kind, optimizer, options), inserted) < SAME[form]
    # It does move, and the lock alone would not let it.
    assert apart(inserted[-1:], inserted[:1]) > 1e-3
    assert not apart(walked(found.model, kind, optimizer, options, 1), inserted[:1]) < 1e-3


@pytest.mark.parametrize("optimizer", ["muon", "shampoo_half", "lbfgs", "levenberg_marquardt"])
def test_so_do_those_that_see_whole_matrices_read_the_model_or_evaluate_by_themselves(optimizer: str) -> None:
    inserted = walked(locked("mlp", 1.0), "mlp", optimizer, {}, 3)
    found = attacks.precondition(locked("mlp", ALPHA))
    assert apart(walked(found.model, "mlp", found.optimizer(optimizer), {}, 3), inserted) < 1e-11


def test_the_loop_and_the_search_for_the_stability_limit_take_it_as_any_optimizer() -> None:
    data = PROBLEMS["mlp"][2]
    inserted, found = locked("mlp", 1.0), attacks.precondition(locked("mlp", ALPHA))
    limits = [
        stability_limit(model, mse_loss, data, optimizer, start=0.5).learning_rate
        for model, optimizer in ((inserted, "sgd"), (found.model, found.optimizer("sgd")))
    ]
    assert limits[0] == pytest.approx(limits[1], rel=1e-12)
    runs = [
        fine_tune(model, mse_loss, data, optimizer, STEPS, warm_up=0.5, lr=0.1)
        for model, optimizer in ((inserted, "adam"), (found.model, found.optimizer(torch.optim.Adam)))
    ]
    assert runs[1].losses == pytest.approx(runs[0].losses, rel=1e-12)


def test_a_loop_of_ones_own_that_clears_gradients_walks_the_same_path() -> None:
    data = PROBLEMS["mlp"][2]
    inserted = walked(locked("mlp", 1.0), "mlp", "sgd", {"lr": 0.05})
    found = attacks.precondition(locked("mlp", ALPHA))
    stepper, outputs = build(found.optimizer("sgd"), found.model, mse_loss, data, lr=0.05), list[Tensor]()
    for _ in range(STEPS):
        stepper.zero_grad()
        mse_loss(found.model(data[0]), data[1]).backward()
        stepper.step()
        outputs.append(found.model(data[0]).detach())
    assert apart(outputs, inserted) < 1e-12


@pytest.mark.parametrize("name", ["gradient descent", "Adam", "decoupled decay"])
@pytest.mark.parametrize("attack", ["merge", "parallel"])
@pytest.mark.parametrize("kind", PROBLEMS)
def test_merged_the_path_is_that_of_the_base_model(kind: str, attack: str, name: str) -> None:
    optimizer, options = OPTIMIZERS[name]
    if attack == "parallel" and "weight_decay" in options:
        options = {**options, "weight_decay": 0.0}  # what decays beside a frozen pair is Δ, not W
    expected = walked(base(kind), kind, optimizer, options)
    for form, allowed in SAME.items():
        found = getattr(attacks, attack)(locked(kind, ALPHA, form))
        assert apart(attacked_walk(found, kind, optimizer, options), expected) < allowed


@pytest.mark.parametrize("attack", ["rescale", "balance"])
@pytest.mark.parametrize("side", ["after", "before"])
def test_what_depends_on_the_product_alone_walks_one_path_whatever_the_lock(attack: str, side: str) -> None:
    options = {"lr": 0.05}
    expected = attacked_walk(getattr(attacks, attack)(locked("mlp", 1.0, "dense", side)), "mlp", "sgd", options)
    if attack == "rescale":
        assert apart(expected, walked(locked("mlp", 1.0, "dense", side), "mlp", "sgd", options)) < 1e-13
    for form, allowed in SAME.items():
        found = getattr(attacks, attack)(locked("mlp", ALPHA, form, side))
        assert apart(attacked_walk(found, "mlp", "sgd", options), expected) < allowed


def test_adapters_on_the_output_learn_as_on_the_base_model() -> None:
    options = {"lr": 0.01}
    paths = [attacked_walk(attacks.lora(locked("block", a), "output", 2), "block", "adam", options) for a in (1.0, 1e6)]
    assert apart(paths[1], paths[0]) < 1e-12


class Projected(torch.optim.Optimizer):
    """Gradient descent whose one weight does not move along some of its output directions."""

    def __init__(self, params: Any, held: nn.Parameter, projection: Tensor, lr: float) -> None:
        super().__init__(params, {"lr": lr})
        self.held, self.projection = held, projection

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        value = closure()
        for parameter in self.param_groups[0]["params"]:
            slope = self.projection @ parameter.grad if parameter is self.held else parameter.grad
            parameter -= self.param_groups[0]["lr"] * slope
        return value


@pytest.mark.parametrize("form", ["rotated", "dense"])
@pytest.mark.parametrize("kind", PROBLEMS)
def test_with_the_compensator_frozen_only_k_directions_stay_behind_by_the_square_of_alpha(kind: str, form: str) -> None:
    data, layer = PROBLEMS[kind][2], PROBLEMS[kind][1]
    model = base(kind)
    weight = model.get_submodule(layer).weight
    top = torch.linalg.svd(weight.detach())[0][:, :2]
    stepper = Projected(model.parameters(), weight, torch.eye(len(weight)) - top @ top.T, lr=0.05)
    expected = advance(stepper, model, data, STEPS)
    distances = [
        apart(attacked_walk(attacks.freeze(locked(kind, alpha, form)), kind, "sgd", {"lr": 0.05}), expected)
        for alpha in (10.0, 100.0, 1000.0)
    ]
    assert distances[0] < 1 / 10.0**2
    assert distances[0] / distances[1] == pytest.approx(100, rel=0.05)
    assert distances[1] / distances[2] == pytest.approx(100, rel=0.05)


# Curvature


@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("kind", PROBLEMS)
def test_the_curvature_of_an_inserted_layer_knows_alpha_only_inside_the_pair(kind: str, side: str) -> None:
    layer = PROBLEMS[kind][1]

    def inserted(alpha: float, place: str) -> float:
        found = attacks.inject(locked(kind, alpha, side=side), place)
        return curvature(found.model, kind, f"{layer}.maps.{'behind' if place == 'narrow' else place}.weight")

    for place in ("narrow", "behind", "before"):
        assert inserted(1e6, place) == pytest.approx(inserted(1.0, place), rel=1e-9)
    assert inserted(1e4, "between") / inserted(1e3, "between") == pytest.approx(100, rel=1e-3)


@pytest.mark.parametrize(("form", "side"), [("dense", "after"), ("rotated", "before")])
@pytest.mark.parametrize("kind", PROBLEMS)
def test_balanced_pairs_are_balanced_and_know_nothing_of_alpha(kind: str, side: str, form: str) -> None:
    layer, values = PROBLEMS[kind][1], list[float]()
    for alpha in (1.0, 1e3):
        model = attacks.balance(locked(kind, alpha, form, side)).model
        weight, compensator = model.get_submodule(layer).matrices()
        product = compensator @ weight if side == "after" else weight @ compensator
        torch.testing.assert_close(product, base(kind).get_submodule(layer).weight.detach(), rtol=0, atol=1e-12)
        inner = (
            (weight @ weight.T, compensator.T @ compensator)
            if side == "after"
            else (weight.T @ weight, compensator @ compensator.T)
        )
        torch.testing.assert_close(*inner, rtol=0, atol=1e-12)
        torch.testing.assert_close(compensator, compensator.T, rtol=0, atol=1e-12)
        torch.testing.assert_close(torch.linalg.svdvals(weight) ** 2, torch.linalg.svdvals(product))
        values.append(curvature(model, kind))
    assert values[1] == pytest.approx(values[0], rel=1e-9)


@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("kind", PROBLEMS)
def test_frozen_compensators_leave_at_most_the_curvature_of_the_base_model(kind: str, side: str) -> None:
    plain = curvature(base(kind), kind)
    for alpha in (1.0, 3.0, 1e2, 1e4, 1e6):
        found = attacks.freeze(locked(kind, alpha, side=side))
        assert curvature(found.model, kind) <= plain * (1 + 1e-6), alpha
    assert curvature(locked(kind, 1e2, side=side), kind) > 100 * plain
    # A lock on both sides: what is divided by α is inflated in the weight.
    grown = [curvature(attacks.freeze(locked(kind, a, side=side, two_sided=True)).model, kind) for a in (1e3, 1e4)]
    assert grown[0] > 1e3 * plain
    assert grown[1] / grown[0] == pytest.approx(100, rel=0.05)


@pytest.mark.parametrize("attack", ["merge", "rescale"])
def test_merged_the_curvature_is_that_of_the_base_or_of_the_identity_inserted_model(attack: str) -> None:
    expected = base("block") if attack == "merge" else locked("block", 1.0, "dense")
    found = getattr(attacks, attack)(locked("block", 1e6))
    assert curvature(found.model, "block") == pytest.approx(curvature(expected, "block"), rel=1e-9)


@pytest.mark.parametrize("kind", PROBLEMS)
def test_adapters_are_slowed_on_the_weight_and_sharpened_on_the_compensator(kind: str) -> None:
    def adapters(place: str, alpha: float) -> float:
        return curvature(attacks.lora(locked(kind, alpha), place, 5 if place == "weight" else 2, seed=1).model, kind)

    # All ranks: what is left are the directions that are not inflated.
    assert adapters("weight", 1e4) <= adapters("weight", 1.0) * (1 + 1e-6)
    assert adapters("weight", 1e6) == pytest.approx(adapters("weight", 1e4), rel=1e-6)
    assert adapters("output", 1e6) == pytest.approx(adapters("output", 1.0), rel=1e-6)
    assert adapters("compensator", 1e4) / adapters("compensator", 1e3) == pytest.approx(100, rel=1e-2)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_chain_of_factors_grows_with_alpha_unless_it_is_merged_first(count: int) -> None:
    def chained(alpha: float, merge_first: bool) -> float:
        return curvature(attacks.factor_chain(locked("mlp", alpha), count, merge_first).model, "mlp")

    assert chained(1e6, True) == pytest.approx(chained(1.0, True), rel=1e-6)
    growth = chained(1e6, False) / chained(1e4, False)
    assert growth == pytest.approx(100 ** (2 * (1 - 1 / count)), rel=0.05)


# Where it does not apply


def test_preconditioning_refuses_what_it_cannot_put_into_other_coordinates() -> None:
    data = PROBLEMS["mlp"][2]
    found = attacks.precondition(locked("mlp", 10.0))
    with pytest.raises(InvalidInput, match="takes no optimizer that differentiates gradients, such as Newton"):
        found.optimizer("newton")
    with pytest.raises(InvalidInput, match="required: the parameters themselves"):
        found.optimizer("sgd")([{"params": list(found.model.parameters())}], model=found.model, lr=0.1)
    fine_tune(found.model, mse_loss, data, "sgd", 5, lr=1e-3)
    with pytest.raises(InvalidInput, match=r"the compensator of 2 is no lock's, as after training"):
        attacks.precondition(found.model)
    with pytest.raises(InvalidInput, match=r"the compensator of 2 is no lock's, as after training"):
        fine_tune(found.model, mse_loss, data, found.optimizer("sgd"), 5, lr=1e-3)


def test_the_coordinates_of_a_pair_and_back() -> None:
    for block in metric_blocks(locked("mlp", 1e3, "dense")):
        there = block.to_inserted(block.weight.detach())
        torch.testing.assert_close(block.from_inserted(there), block.weight.detach(), rtol=0, atol=1e-9)
