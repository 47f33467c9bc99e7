"""What attacks refuse, each with one clear line; dtypes that hold a lock or not; modules with a map behind them."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from specbound import attacks, lock
from specbound.attacks import ATTACKS
from specbound.attacks.inject import Behind
from specbound.attacks.modules import mixer, reader
from specbound.core.errors import InvalidInput
from specbound.locking.module import LockedLinear
from tests.attacks.examples import ALPHA, CASES, KINDS
from tests.attacks.test_function import same_state, state_of
from tests.curvature.examples import normal, seeded

BLIND = ("optimizer_only", "inject_blind")
CALLED = {"lora_output": "lora", "merge_and_factor": "factor_chain"}
"""The functions behind those names that are not theirs."""


def refused(run: Any, *parts: str) -> None:
    """It raises, in one line that says all of these."""
    with pytest.raises(InvalidInput) as caught:
        run()
    said = str(caught.value)
    assert "\n" not in said
    for part in parts:
        assert part in said


# Models


@pytest.mark.parametrize("name", ATTACKS)
def test_without_locks_only_who_looks_for_none_can_attack(name: str) -> None:
    model, inputs = seeded(KINDS["wide"].build), KINDS["wide"].data()
    if name in BLIND:
        found = attacks.attack(name)(model, inputs)
        with torch.no_grad():
            assert torch.equal(found.model(inputs), model(inputs))
        return
    said = f"{CALLED.get(name, name)} is an attack on locks, and the model has none; lock it first, with specbound.lock"
    refused(lambda: attacks.attack(name)(model, inputs), said)
    refused(lambda: attacks.attack(name)(model, None), said)


@pytest.mark.parametrize("name", ATTACKS)
def test_parameters_that_are_not_finite_are_named(name: str) -> None:
    for path in ("0.locked.weight", "2.bias"):
        model = KINDS["wide"].locked()
        with torch.no_grad():
            model.get_parameter(path).view(-1)[0] = torch.nan
        said = f"{CALLED.get(name, name)}: {path} holds numbers that are NaN or infinite"
        refused(lambda model=model: attacks.attack(name)(model, KINDS["wide"].data()), said)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_model_that_is_a_lock_itself_has_no_place_for_another(name: str) -> None:
    pair = KINDS["wide"].locked()[0]
    assert isinstance(pair, LockedLinear)
    if name == "optimizer_only":
        assert attacks.optimizer_only(pair).cost.parameters == 0
    elif name != "inject_blind":
        refused(lambda: attacks.attack(name)(pair, None), "required: a model that holds the lock")


@pytest.mark.parametrize("name", ["optimizer_only", "precondition", "freeze", "merge", "rescale", "balance"])
def test_of_a_model_all_frozen_nothing_is_left_to_train(name: str) -> None:
    model = KINDS["wide"].locked().requires_grad_(False)
    said = f"{name} leaves nothing to train; thaw what shall be trained with requires_grad first"
    refused(lambda: attacks.attack(name)(model, None), said)


def test_attacks_that_bring_parameters_of_their_own_train_these_on_a_frozen_model() -> None:
    model, inputs = KINDS["wide"].locked().requires_grad_(False), KINDS["wide"].data()
    for name in ("lora", "inject_blind", "factor_chain", "inject", "parallel"):
        found = attacks.attack(name)(model, inputs)
        assert found.cost.trainable == sum(p.numel() for p in found.model.parameters() if p.requires_grad) > 0


# Arguments


def test_names_that_are_unknown_are_told_with_the_nearest() -> None:
    model = KINDS["wide"].locked()
    refused(lambda: attacks.attack("freze"), "attacker", "'freze'", "freeze")
    refused(lambda: attacks.inject(model, "behnd"), "place of an inserted layer", "'behnd'", "behind")
    refused(lambda: attacks.lora(model, "ouput"), "place of an adapter", "'ouput'", "output")
    refused(lambda: attacks.inject(model, layers="7"), "locked layer", "'7'")
    refused(lambda: attacks.inject(model, layers=["0", "blk.*"]), "locked layer", "'blk.*'")
    refused(lambda: attacks.inject_blind(model, KINDS["wide"].data(), "9*"), "module with outputs", "'9*'")


@pytest.mark.parametrize("number", [0, -1])
def test_numbers_out_of_range_are_told(number: int) -> None:
    model = KINDS["wide"].locked()
    refused(lambda: attacks.lora(model, rank=number), f"rank = {number}; required: at least 1")
    refused(lambda: attacks.factor_chain(model, number), f"count = {number}; required: at least one factor")


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan"), float("inf")])
def test_a_tolerance_is_a_positive_number(tolerance: float) -> None:
    refused(lambda: attacks.merge(KINDS["wide"].locked(), tolerance=tolerance), "tolerance = ", "a positive number")


def test_blocks_are_needed_where_no_sites_are_given() -> None:
    plain = seeded(lambda: nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2)))
    refused(lambda: attacks.inject_blind(plain, normal(2, 4)), "the model has no blocks behind which to insert; give")
    narrow = seeded(lambda: nn.Sequential(nn.Linear(4, 1), nn.Tanh()))
    refused(lambda: attacks.inject_blind(narrow, normal(2, 4)), "the model has no blocks")
    found = attacks.inject_blind(plain, normal(2, 4), sites=["0", "1"])
    assert found.trainable == ("0.inserted.weight", "1.inserted.weight")


# Whether the function stays


def drifting(tolerance: float) -> nn.Module:
    """A model in bfloat16 with a lock that bfloat16 cannot hold."""
    model = seeded(lambda: nn.Sequential(nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 2))).to(torch.bfloat16)
    lock(model, "0", 1e4, 4, tolerance=tolerance)
    return model


def test_a_lock_whose_product_is_not_its_function_is_not_merged_in_silence() -> None:
    model = drifting(1e4)
    inputs = normal(8, 32).bfloat16()
    for given in (inputs, None):
        for name in ("merge", "rescale"):
            refused(
                lambda name=name, given=given: attacks.attack(name)(model, given),
                f"{name} does not keep the function: outputs are off by",
                "allowed is 7.8e-02",
                "convert the locked model to a wider dtype first",
            )
    error = attacks.merge(model, inputs, tolerance=1e4).preservation_error
    assert error > 0.078
    refused(lambda: attacks.merge(model, inputs, tolerance=0.99 * error), f"off by {error:.1e}")
    assert attacks.freeze(model, inputs).preservation_error == 0
    # Wider, as the message says, the product is what the lock does.
    assert attacks.merge(model.double(), inputs.double()).preservation_error < 1e-9


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_locks_that_the_dtype_holds_are_attacked_within_its_rounding(dtype: torch.dtype) -> None:
    for kind in (KINDS["wide"], KINDS["convolution"]):
        model, inputs = seeded(kind.build).to(dtype), kind.data().to(dtype)
        lock(model, kind.layer, 1e4, 2, "rotated")
        for label, (run, _) in CASES.items():
            found = run(model, inputs)
            # A rounding of each factor and each sum; a chain has the most.
            assert found.preservation_error <= 8 * torch.finfo(dtype).eps, label
            assert all(p.dtype == dtype for p in found.model.parameters()), label


def test_rounding_is_refused_where_less_is_tolerated() -> None:
    model = KINDS["wide"].locked().float()
    error = attacks.merge(model).preservation_error
    assert 0 < error < 1e-6
    refused(lambda: attacks.merge(model, tolerance=error / 2), f"off by {error:.1e}", f"allowed is {error / 2:.1e}")
    assert attacks.merge(model, tolerance=2 * error).preservation_error == error


@pytest.mark.parametrize(
    "layer",
    [
        lambda: nn.Conv2d(2, 5, 3, dilation=2),
        lambda: nn.Conv1d(2, 5, 1, padding=2, padding_mode="reflect"),
        lambda: nn.Conv2d(2, 5, (3, 1), padding="same"),
        lambda: nn.Conv3d(1, 4, 2, stride=2),
    ],
)
def test_any_convolution_is_compared_without_inputs(layer: Any) -> None:
    model = seeded(lambda: nn.Sequential(layer()))
    lock(model, "0", ALPHA, 1)
    assert 0 < attacks.merge(model).preservation_error < 1e-12


def test_new_maps_lie_where_the_pair_does() -> None:
    for kind in (KINDS["wide"], KINDS["convolution"]):
        pair = kind.locked()[0].to("meta", torch.float32)
        for made in (reader(pair, torch.ones(3, kind.inputs).double()), mixer(pair, torch.ones(3, 4).double())):
            weight = made.get_parameter("weight")
            assert (weight.device.type, weight.dtype, weight.requires_grad) == ("meta", torch.float32, True)


# Insertion without looking for locks


class Recurring(nn.Module):
    """Two outputs, an attribute and a method, and a copy of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.mixed, self.window = nn.Linear(4, 4), 7

    def forward(self, x: Tensor, scale: float = 1.0) -> tuple[Tensor, Tensor]:
        return scale * self.mixed(x), x

    def named(self) -> str:
        return "recurring"

    def __deepcopy__(self, memo: Any) -> Recurring:
        other = Recurring().to(self.mixed.weight)
        other.load_state_dict(self.state_dict())
        return other


class Holding(nn.Module):
    """Reads its block's attributes, and uses both outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([Recurring()])

    def forward(self, x: Tensor) -> Tensor:
        block = self.blocks[0]
        assert (block.window, block.named(), block.mixed.in_features) == (7, "recurring", 4)
        first, second = block(x, scale=2.0)
        return first + second


def test_what_is_behind_a_module_mixes_its_first_output_and_shows_its_attributes() -> None:
    model, inputs = seeded(Holding), normal(3, 4)
    found = attacks.inject_blind(model, inputs)
    assert found.trainable == ("blocks.0.inserted.weight",)
    assert found.preservation_error == 0
    block = found.model.get_submodule("blocks.0")
    with torch.no_grad():
        block.inserted.weight.mul_(3)
        first, second = block(inputs, scale=2.0)
    plain = model.blocks[0](inputs, scale=2.0)
    torch.testing.assert_close(first, 3 * plain[0])
    assert torch.equal(second, plain[1])
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        block.nothing  # noqa: B018
    for copied in (copy.deepcopy(block), pickle.loads(pickle.dumps(block))):
        assert isinstance(copied, Behind)
        torch.testing.assert_close(copied(inputs)[0], block(inputs)[0])


def test_the_model_is_run_without_changing_what_it_keeps() -> None:
    model = seeded(lambda: nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Dropout(0.5), nn.Linear(3, 2))).train()
    state, drawn = state_of(model), torch.get_rng_state()
    found = attacks.inject_blind(model, normal(5, 4))
    assert same_state(model, state)
    assert torch.equal(torch.get_rng_state(), drawn)
    assert found.trainable == ("1.inserted.weight", "2.inserted.weight")
    assert found.model.training
    assert found.model[1].training
    assert model.training
    assert model[1].training


def test_a_module_called_at_two_widths_is_no_block_and_one_called_twice_at_one_is() -> None:
    shared = nn.Tanh()
    model = seeded(lambda: nn.Sequential(nn.Linear(4, 3), shared, nn.Linear(3, 5), shared, nn.Linear(5, 2), nn.Tanh()))
    assert attacks.inject_blind(model, normal(2, 4)).trainable == ("5.inserted.weight",)
    refused(lambda: attacks.inject_blind(model, normal(2, 4), "1"), "module with outputs", "'1'")
    model = seeded(lambda: nn.Sequential(nn.Linear(4, 3), shared, nn.Linear(3, 3), shared))
    found = attacks.inject_blind(model, normal(2, 4))
    assert found.trainable == ("1.inserted.weight",)


def test_sites_inside_of_one_another_are_both_inserted_behind() -> None:
    model, inputs = (
        seeded(lambda: nn.Sequential(nn.Sequential(nn.Linear(4, 3), nn.Tanh()), nn.Linear(3, 2))),
        normal(2, 4),
    )
    found = attacks.inject_blind(model, inputs, ["0", "0.1"])
    assert len(found.trainable) == 2
    found.model(inputs).sum().backward()
    for path in found.trainable:
        assert bool(found.model.get_parameter(path).grad.any()), path


def test_an_inserted_map_between_the_halves_of_a_lock_can_be_asked_for() -> None:
    kind = KINDS["wide"]
    found = attacks.inject_blind(kind.locked(), kind.data(), "0.locked")
    assert found.trainable == ("0.locked.inserted.weight",)
    assert found.cost.parameters == kind.outputs**2


def test_an_encoder_of_torchs_own_is_run_with_padding_as_with_hooks() -> None:
    model = seeded(lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 6, 0.0, batch_first=True), 2))
    inputs = {"src": normal(2, 3, 4), "src_key_padding_mask": torch.tensor([[False, False, True], [False] * 3])}
    assert lock(model, "*.linear1", ALPHA, 1, "rotated", inputs=inputs).output_error < 1e-14
    found = attacks.inject_blind(model, inputs)
    assert found.trainable == ("layers.0.inserted.weight", "layers.1.inserted.weight")
    assert found.preservation_error < 1e-14
    assert torch.backends.mha.get_fastpath_enabled()
