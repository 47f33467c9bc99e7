"""What attacks cost, against torch's own count of operations and against counts of the shapes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from specbound import attacks, lock
from specbound.locking import locked_layers
from tests.attacks.examples import ALPHA, CASES, KINDS, Kind
from tests.curvature.examples import normal, seeded
from tests.training.problems import Block


def counted(model: nn.Module, inputs: Tensor) -> int:
    """Operations of matrix products in a forward and a backward pass, down to the inputs."""
    with FlopCounterMode(display=False) as counter:
        model(inputs.clone().requires_grad_()).sum().backward()
    return counter.get_total_flops()


def at_one_position(kind: Kind) -> Tensor:
    return normal(1, *kind.shape[1:])


@pytest.mark.parametrize(("name", "side"), [("wide", "after"), ("tall, no bias", "before"), ("transposed", "after")])
def test_operations_are_those_that_torch_counts_at_a_position(name: str, side: str) -> None:
    kind = KINDS[name]
    model, inputs = kind.locked(side=side), at_one_position(kind)
    start = counted(model, inputs)
    for label, (run, _) in CASES.items():
        found = run(model, inputs)
        assert found.cost.flops == counted(found.model, inputs) - start, label
    blind = attacks.inject_blind(model, inputs)
    assert blind.cost.flops == counted(blind.model, inputs) - start


def test_operations_of_a_convolution_count_at_the_positions_that_pass_each_map() -> None:
    # A kernel as large as the image: one position, at which the channels of a map before it are those of the image.
    model = seeded(lambda: nn.Sequential(nn.Conv2d(3, 4, 2), nn.Flatten()))
    lock(model, "0", ALPHA, 1)
    inputs, start = normal(1, 3, 2, 2), counted(model, normal(1, 3, 2, 2))
    for label, (run, _) in CASES.items():
        found = run(model, inputs)
        more = counted(found.model, inputs) - start
        # A map of 3 by 3 channels, trained: 6 operations an entry at each of 4 pixels, of which one is counted.
        assert found.cost.flops == more - (6 * 9 * 3 if label in ("inject narrow", "inject before") else 0), label


def _deep() -> nn.Module:
    sizes = [(6, 9), (9, 4), (4, 4), (4, 11)]
    return nn.Sequential(*[module for size in sizes for module in (nn.Linear(*size), nn.GELU())])


def _images() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 2, 1), nn.Flatten(), nn.Linear(8, 5))


EXPANDED = {
    "perceptron": (_deep, (2, 6), 6**2 + 4**2 + 4**2 + 4**2),
    "convolutions": (_images, (2, 3, 4, 4), 3**2 + 2**2 + 5**2),
    "attention": (Block, (2, 3, 4), 4**2 + 4**2 + 2**2),
}


@pytest.mark.parametrize("name", EXPANDED)
def test_the_expansion_is_a_square_of_the_narrow_side_for_each_lock_and_so_at_most_the_locked_weights(
    name: str,
) -> None:
    build, shape, squares = EXPANDED[name]
    model = seeded(build)
    before = sum(p.numel() for p in model.parameters())
    weights = {path: p.numel() for path, p in model.named_parameters()}
    lock(model, "*", ALPHA, 1)
    size = sum(p.numel() for p in model.parameters())
    found = attacks.inject(model, inputs=normal(*shape))
    assert sum(p.numel() for p in found.model.parameters()) - size == squares == found.cost.parameters
    locked = sum(weights[f"{path}.weight"] for path in locked_layers(model))
    assert squares <= locked <= before


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_the_expansion_of_a_square_layer_is_all_of_its_weight(rows: int) -> None:
    model = seeded(lambda: nn.Sequential(nn.Linear(rows + 1, rows + 1, bias=False)))
    lock(model, "0", ALPHA, 1)
    assert attacks.inject(model).cost.parameters == (rows + 1) ** 2


def test_what_is_frozen_from_the_start_is_neither_counted_nor_trained() -> None:
    kind = KINDS["wide"]
    model = kind.locked()
    model.requires_grad_(False)
    found = attacks.parallel(model)
    assert found.trainable == ("0.maps.beside.weight",)
    assert found.cost.trainable == found.cost.parameters == 24
    # Weight and gradient of the new map; forward, for its inputs, for itself.
    assert (found.cost.memory, found.cost.flops) == (2 * 24 * 8, 6 * 24)
    model[2].weight.requires_grad_(True)
    assert attacks.merge(model).trainable == ("2.weight",)


def test_weights_that_are_computed_from_others_can_lie_beside_locks() -> None:
    model = seeded(lambda: nn.Sequential(nn.Linear(4, 3), nn.utils.parametrizations.weight_norm(nn.Linear(3, 3))))
    lock(model, "0", ALPHA, 1)
    found = attacks.merge(model, inputs=normal(2, 4))
    assert (found.cost.parameters, found.cost.flops) == (-9, -6 * 9)
    assert attacks.freeze(model).cost.flops == -2 * 9


def test_bytes_are_those_of_the_dtype() -> None:
    for dtype, size in ((torch.float32, 4), (torch.bfloat16, 2)):
        model = KINDS["square"].locked().to(dtype)
        assert attacks.merge(model).cost.memory == -2 * 16 * size
