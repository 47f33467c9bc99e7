"""Locks keep the function, inflate what they say, change nothing on bad input."""

import copy

import pytest
import torch
from torch import nn

from specbound import lock
from specbound.core.errors import InvalidInput
from specbound.locking import LockedLinear, locked_layers, random_layers, unlock
from specbound.locking.layers import matching

INPUTS = torch.randn(6, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def _model() -> nn.Sequential:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return nn.Sequential(
            nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 4, bias=False), nn.Tanh(), nn.Linear(4, 3)
        ).double()


@pytest.mark.parametrize("form", ["dense", "rotated"])
@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("two_sided", [False, True])
def test_the_function_stays(form: str, side: str, two_sided: bool) -> None:
    model = _model()
    before, gradient = model(INPUTS), INPUTS.clone().requires_grad_()
    found = lock(model, ["0", "2"], alpha=100.0, k=2, form=form, side=side, two_sided=two_sided)
    assert found.layers == ("0", "2")
    # Dense and two-sided, rounding is amplified by α².
    allowed = 1e-16 * (100.0**2 if two_sided and form == "dense" else 100.0 if form == "dense" else 1.0)
    assert found.preservation_error <= 20 * allowed
    torch.testing.assert_close(model(INPUTS), before, rtol=0, atol=200 * allowed)
    model(gradient).sum().backward()
    assert gradient.grad is not None


def test_it_inflates_the_top_k_and_nothing_else() -> None:
    model = _model()
    w = model[0].weight.detach().clone()
    lock(model, "0", alpha=1000.0, k=2)
    before, after = torch.linalg.svdvals(w), torch.linalg.svdvals(model[0].locked.weight.detach())
    torch.testing.assert_close(after[:2], 1000 * before[:2], rtol=1e-12, atol=0)
    torch.testing.assert_close(after[2:], before[2:], rtol=1e-9, atol=0)
    compensator = torch.linalg.svdvals(model[0].compensator.weight.detach())
    torch.testing.assert_close(
        compensator, torch.tensor([1.0] * 4 + [1e-3] * 2, dtype=torch.float64), rtol=1e-9, atol=0
    )


def test_alpha_of_one_inserts_an_identity() -> None:
    model = _model()
    w = model[0].weight.detach().clone()
    lock(model, "0", alpha=1.0, k=3)
    assert torch.equal(model[0].locked.weight, w)
    assert torch.equal(model[0].compensator.weight, torch.eye(6, dtype=torch.float64))


def test_the_original_key_is_gone_and_the_bias_is_added_once() -> None:
    model = _model()
    bias = model[0].bias
    lock(model, "*", alpha=10.0, k=1)
    keys = set(model.state_dict())
    assert "0.weight" not in keys
    assert {"0.locked.weight", "0.compensator.weight", "0.bias", "2.locked.weight"} <= keys
    assert "2.bias" not in keys
    assert model[0].bias is bias
    assert all(p.requires_grad for p in model.parameters())


def test_modules_that_read_a_weight_find_the_product() -> None:
    layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True).double().eval()
    tokens = torch.randn(2, 3, 4, dtype=torch.float64)
    before = layer(tokens)
    lock(layer, ["self_attn.out_proj", "linear1"], alpha=50.0, k=1, form="rotated")
    torch.testing.assert_close(layer(tokens), before, rtol=0, atol=1e-13)


def test_a_rank_deficient_weight_needs_no_inverse_and_bounds_k() -> None:
    model = _model()
    with torch.no_grad():
        columns = torch.randn(4, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
        model[2].weight.copy_(columns @ columns.T @ model[2].weight)
    before = model(INPUTS)
    with pytest.raises(InvalidInput, match="2: k = 3 is above the rank of the weight, 2"):
        lock(model, "2", alpha=100.0, k=3)
    assert lock(model, "2", alpha=100.0, k=2).preservation_error < 1e-12
    torch.testing.assert_close(model(INPUTS), before, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers": "7"}, "layer '7'"),
        ({"layers": []}, "no layers are named"),
        ({"layers": "1"}, "1 is a Tanh; required: an nn.Linear, nn.Conv1d"),
        ({"alpha": 0.0}, "0: alpha = 0.0; required: a positive number"),
        ({"alpha": float("inf")}, "required: a positive number"),
        ({"alpha": float("nan")}, "required: a positive number"),
        ({"k": 0}, "from 1 to 5"),
        ({"k": 6}, "from 1 to 5"),
        ({"k": 4, "two_sided": True}, "at most 3"),
        ({"form": "sparse"}, "form"),
        ({"tolerance": 0.0}, "tolerance = 0.0"),
        ({"side": "beside"}, "side"),
        ({"layers": ["0", "4"], "k": 4}, "4: k = 4"),
    ],
)
def test_bad_input_changes_nothing(change, message: str) -> None:
    model = _model()
    before = copy.deepcopy(model.state_dict())
    arguments = {"layers": "0", "alpha": 10.0, "k": 1, **change}
    with pytest.raises(InvalidInput, match=message):
        lock(model, **arguments)
    assert list(model.state_dict()) == list(before)
    assert not any(isinstance(module, LockedLinear) for module in model.modules())


def test_a_lock_is_not_locked_again_and_tied_weights_are_refused() -> None:
    model = _model()
    lock(model, "0", alpha=10.0, k=1)
    with pytest.raises(InvalidInput, match="locked already"):
        lock(model, "0", alpha=10.0, k=1)
    tied = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    tied[1].weight = tied[0].weight
    with pytest.raises(InvalidInput, match=r"shares its weight: 0\.weight, 1\.weight"):
        lock(tied, "0", alpha=10.0, k=1)


def test_what_overflows_its_format_is_refused_in_either_form() -> None:
    half = nn.Sequential(nn.Linear(4, 4)).half()
    for form in ("dense", "rotated", "auto"):
        with pytest.raises(InvalidInput, match="breaks the layer in float16: outputs would overflow"):
            lock(half, "0", alpha=1e6, k=1, form=form)
    assert isinstance(half[0], nn.Linear)


def test_a_format_that_cannot_hold_a_lock_is_told_the_largest_alpha_that_it_can() -> None:
    model = _model().to(torch.bfloat16)
    with pytest.raises(InvalidInput, match="breaks the layer in bfloat16: outputs would be off by") as refused:
        lock(model, "0", alpha=1e4, k=2)
    largest = float(str(refused.value).split("alpha of at most ")[1].split(",")[0])
    assert 5 < largest < 1000
    assert lock(copy.deepcopy(model), "0", alpha=largest, k=2).forms == ("dense",)
    with pytest.raises(InvalidInput, match="breaks"):
        lock(copy.deepcopy(model), "0", alpha=1.1 * largest, k=2)
    assert lock(model, "0", alpha=1e4, k=2, form="auto").forms == ("rotated",)


def test_the_change_is_measured_on_the_inputs_that_are_given() -> None:
    model = _model().float()
    found = lock(copy.deepcopy(model), "*", alpha=100.0, k=2, inputs=INPUTS.float())
    assert 0 < found.output_error < 1e-4
    assert 0 < found.preservation_error < 1e-4
    # Whether float16 holds a lock depends on how large the inputs are.
    half = _model().half()
    with pytest.raises(InvalidInput, match="overflow"):
        lock(half, "0", alpha=1000.0, k=1, form="rotated", inputs=1000 * INPUTS.half())
    lock(half, "0", alpha=1000.0, k=1, form="rotated", inputs=INPUTS.half() / 100)
    # Layers by themselves within what is allowed, the model beyond it: nothing is changed.
    deep = nn.Sequential(*[nn.Linear(5, 5, bias=False) for _ in range(6)])
    lock(copy.deepcopy(deep), "*", alpha=1e4, k=2)
    errors = lock(copy.deepcopy(deep), "*", alpha=1e4, k=2, inputs=INPUTS.float())
    with pytest.raises(InvalidInput, match="the locked model's outputs are off"):
        lock(
            deep,
            "*",
            alpha=1e4,
            k=2,
            inputs=INPUTS.float(),
            tolerance=(errors.preservation_error + errors.output_error) / 2,
        )
    assert all(isinstance(layer, nn.Linear) for layer in deep)


@pytest.mark.parametrize("form", ["dense", "rotated"])
def test_unlocking_gives_the_model_back_within_the_bound(form: str) -> None:
    model = _model()
    model[0].weight.requires_grad_(False)
    before = copy.deepcopy(model)
    found = lock(model, "*", alpha=1000.0, k=2, form=form)
    assert locked_layers(model) == ("0", "2", "4")
    assert unlock(model) == ("0", "2", "4")
    assert repr(model) == repr(before)
    for (name, after), was in zip(model.named_parameters(), before.parameters(), strict=True):
        assert after.requires_grad == was.requires_grad
        assert float((after - was).detach().norm() / was.detach().norm()) <= found.ceiling, name
    with pytest.raises(InvalidInput, match="no locked layers"):
        unlock(model)


def test_random_layers_depend_on_the_seed_and_leave_out_what_cannot_be_locked() -> None:
    model = nn.Sequential(*[nn.Linear(3, 3) for _ in range(8)], nn.Conv1d(4, 4, 1, groups=2), nn.LayerNorm(3))
    model[1].weight = model[0].weight
    drawn = [tuple(random_layers(model, 3, seed)) for seed in range(20)]
    assert {name for names in drawn for name in names} == set("234567")
    assert len(set(drawn)) > 10
    assert random_layers(model, 6) == list("234567")
    for n in (0, 7):
        with pytest.raises(InvalidInput, match="from 1 to 6"):
            random_layers(model, n)


def test_parts_of_a_lock_are_not_layers() -> None:
    model = _model()
    lock(model, "0", alpha=10.0, k=1)
    assert matching(model, "*") == ["2", "4"]
    with pytest.raises(InvalidInput, match=r"0\.locked is locked already"):
        lock(model, "0.locked", alpha=10.0, k=1)
