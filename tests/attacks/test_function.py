"""Every attack on every kind of lock: the same function, the argument as it was, what is trained, what is counted."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from specbound import attacks, lock
from specbound.attacks import ATTACKS
from tests.attacks.examples import ALPHA, CASES, KINDS, pair_size

LOCKS = [(form, side, False) for form in ("dense", "rotated") for side in ("after", "before")]
LOCKS += [("dense", "before", True), ("rotated", "after", True)]
BYTES = 8


def state_of(model: nn.Module) -> dict[str, tuple[torch.Tensor, bool]]:
    """All that an attack could change in its argument, by name."""
    state = model.state_dict(keep_vars=True)
    return {name: (tensor.detach().clone(), tensor.requires_grad) for name, tensor in state.items()}


def same_state(model: nn.Module, state: dict[str, tuple[torch.Tensor, bool]]) -> bool:
    now = model.state_dict(keep_vars=True)
    return list(now) == list(state) and all(
        torch.equal(now[name], tensor) and now[name].requires_grad == asked for name, (tensor, asked) in state.items()
    )


@pytest.mark.parametrize(("form", "side", "two_sided"), LOCKS)
@pytest.mark.parametrize("name", KINDS)
def test_the_function_what_is_trained_and_the_cost(name: str, form: str, side: str, two_sided: bool) -> None:
    kind = KINDS[name]
    model, inputs = kind.locked(form, side, two_sided), kind.data()
    weight, square = pair_size(kind, side)
    with torch.no_grad():
        before = model(inputs)
    state, printed = state_of(model), repr(model)
    bias = f"{kind.layer}.bias"
    outside = [path for path in state if path == bias or not path.startswith(f"{kind.layer}.")]
    # Dense and two-sided, what cancels has been inflated twice.
    allowed = 1e-14 * (30.0**2 if two_sided else 30.0)
    for label, (run, expected) in CASES.items():
        found, wanted = run(model, inputs), expected(kind, side)
        with torch.no_grad():
            torch.testing.assert_close(found.model(inputs), before, rtol=0, atol=allowed, msg=label)
        assert found.preservation_error <= allowed, label
        trained = {f"{kind.layer}.{path}" for path in wanted.names} | set(outside if wanted.rest else ())
        assert set(found.trainable) == trained, label
        assert {path for path, p in found.model.named_parameters() if p.requires_grad} == trained, label
        rest = 0 if wanted.rest else sum(state[path][0].numel() for path in outside)
        stored = wanted.parameters - weight - square
        learnt = wanted.trained - weight - square - rest
        held = found.cost.memory - BYTES * (stored + learnt)
        assert (found.cost.parameters, found.cost.trainable) == (stored, learnt), label
        if label == "precondition":
            # Each weight and its gradient in other coordinates, and D⁻¹ for both weights, a diagonal where it is one.
            edge = kind.outputs if side == "after" else kind.inputs
            assert held == BYTES * (2 * (weight + square) + 2 * (edge if form == "rotated" else edge**2))
            assert found.cost.update_flops == 2 * (weight + square) * (1 if form == "rotated" else 2 * edge)
        else:
            assert (held, found.cost.update_flops) == (0, 0), label
        assert not any(module.training for module in found.model.modules()), label
    assert same_state(model, state)
    assert repr(model) == printed


@pytest.mark.parametrize("name", KINDS)
def test_whoever_looks_for_no_locks_finds_the_blocks(name: str) -> None:
    kind = KINDS[name]
    model, inputs = kind.locked(), kind.data()
    state = state_of(model)
    found = attacks.inject_blind(model, inputs)
    added = sum(width**2 for width in kind.blind)
    assert sum(p.numel() for p in found.model.parameters() if p.requires_grad) == added
    assert len(found.trainable) == len(kind.blind)
    assert all(path.endswith("inserted.weight") for path in found.trainable)
    trained = sum(tensor.numel() for tensor, _ in state.values())
    assert (found.cost.parameters, found.cost.trainable) == (added, added - trained)
    assert found.cost.memory == BYTES * (2 * added - trained)
    with torch.no_grad():
        torch.testing.assert_close(found.model(inputs), model(inputs), rtol=0, atol=1e-13)
    assert same_state(model, state)


@pytest.mark.parametrize("name", ATTACKS)
def test_the_attacks_by_name_are_these_functions(name: str) -> None:
    kind = KINDS["wide"]
    model, inputs = kind.locked(), kind.data()
    options = {
        "lora_output": ("lora", {"place": "output"}),
        "factor_chain": ("factor_chain", {"count": 2}),
        "merge_and_factor": ("factor_chain", {"count": 2, "merge_first": True}),
    }
    function, given = options.get(name, (name, {}))
    found, wanted = attacks.attack(name)(model, inputs), getattr(attacks, function)(model, inputs=inputs, **given)
    assert (found.trainable, found.cost) == (wanted.trainable, wanted.cost)
    assert found.cost.to_json()["knowledge"]
    assert all(torch.equal(p, q) for p, q in zip(found.model.parameters(), wanted.model.parameters(), strict=True))


@pytest.mark.parametrize("label", CASES)
def test_without_inputs_each_replaced_layer_is_compared(label: str) -> None:
    kind = KINDS["convolution"]
    found = CASES[label][0](kind.locked("dense"), None)
    assert found.preservation_error < 1e-12
    with torch.no_grad():
        torch.testing.assert_close(found.model(kind.data()), kind.locked("dense")(kind.data()), rtol=0, atol=1e-12)


def test_what_replaces_a_layer_knows_its_sizes_and_its_weight_and_hands_gradients_on() -> None:
    for name, kind in KINDS.items():
        model = kind.locked()
        pair = model.get_submodule(kind.layer)
        for label, (run, _) in CASES.items():
            found = run(model, kind.data())
            layer = found.model.get_submodule(kind.layer)
            torch.testing.assert_close(layer.weight, pair.weight, rtol=0, atol=1e-12, msg=f"{name}, {label}")
            for size in ("in_features", "out_features", "in_channels", "out_channels", "nx", "nf"):
                assert getattr(layer, size, None) == getattr(pair, size, None), f"{name}, {label}, {size}"
            found.model(kind.data()).square().sum().backward()
            for path in found.trainable:
                slope = found.model.get_parameter(path).grad
                # The first of two factors learns nothing as long as the second is zero.
                assert slope is not None, f"{name}, {label}, {path}"
                assert bool(slope.any()) != path.endswith("beside.a.weight"), f"{name}, {label}, {path}"


def test_chosen_layers_are_inserted_at_and_the_others_frozen() -> None:
    model = KINDS["wide"].locked()
    lock(model, "2", ALPHA, 1)
    found = attacks.inject(model, layers="2", inputs=KINDS["wide"].data())
    assert found.trainable == ("0.bias", "2.bias", "2.maps.behind.weight")
    assert len(attacks.inject(model, layers=["0", "2"]).trainable) == 4
