"""Targets by name: what is found, with which seed, and one clear line for everything that cannot be certified."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from specbound.certification.target import (
    BUILT_IN,
    Target,
    factory_of,
    refuse_untrainable,
    resolved,
    source_of,
    target_of,
)
from specbound.core.errors import InvalidInput
from specbound.curvature.data import batches
from tests.certification.examples import TINY, module_in

MORE = """

import functools
import specbound


def without_seed():
    return tiny(5)


def with_default(seed=7):
    return tiny(seed)


def with_another_default(size=3):
    return tiny(size)


def generated(seed):
    model, loss, (inputs, labels) = tiny(seed)
    return model, loss, ((inputs[n::2], labels[n::2]) for n in range(2))


@functools.wraps(tiny)
def wrapped(*arguments):
    return tiny(*arguments)


class Made:
    def __call__(self):
        raise KeyError("weights.pt")


made, value = Made(), 3


def raises():
    read = None
    raise KeyError("weights.pt")


def leaves():
    raise SystemExit("no data")


def no_tuple(): return network(0)
def two_of_three(): return tiny(0)[:2]
def no_module(): return (3, *tiny(0)[1:])
def no_loss(): return (network(0), "mse", samples(0))
def a_number_for_data(): return (*tiny(0)[:2], 5)
def no_batch(): return (*tiny(0)[:2], [])
def inputs_alone(): return (*tiny(0)[:2], [samples(0)[0]])
def two_arguments(width, depth): return tiny(0)


def nothing_trainable():
    return (network(0).requires_grad_(False), *tiny(0)[1:])


def locked():
    model = network(0)
    specbound.lock(model, "2", 100.0, 2)
    return (model, *tiny(0)[1:])


def nothing_to_lock():
    return (nn.LayerNorm(8).double(), *tiny(0)[1:])


def other_width():
    return (*tiny(0)[:2], (samples(0)[0][:, :5], samples(0)[1]))


def other_classes():
    return (*tiny(0)[:2], (samples(0)[0], samples(0)[1] + 10))


def loss_of_each():
    return network(0), functools.partial(cross_entropy, reduction="none"), samples(0)


def no_numbers():
    return (*tiny(0)[:2], (samples(0)[0] * float("nan"), samples(0)[1]))
"""


@pytest.fixture
def user(tmp_path: Path) -> str:
    return str(module_in(tmp_path, TINY + MORE))


def _weight(target: Target) -> torch.Tensor:
    return target.model.get_parameter("0.weight").detach()


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_is_built_in_follows_the_seed(name: str) -> None:
    one, same, other = (target_of(name, seed) for seed in (0, 0, 1))
    assert torch.equal(_weight(one), _weight(same))
    assert not torch.equal(_weight(one), _weight(other))
    assert all(parameter.grad is None for parameter in one.model.parameters())
    assert source_of(name) == []
    refuse_untrainable(name, one)


def test_a_target_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    target_of("clusters", 0)
    assert torch.equal(before, torch.get_rng_state())


def test_a_factory_in_a_file_gets_the_seed(user: str) -> None:
    found = [_weight(target_of(f"{user}:tiny", seed)) for seed in (0, 0, 1)]
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])
    assert source_of(f"{user}:tiny") == [str(Path(user).resolve())]


@pytest.mark.parametrize(
    ("factory", "seed"), [("without_seed", 5), ("with_default", 1), ("with_another_default", 3), ("wrapped", 1)]
)
def test_a_factory_gets_a_seed_where_it_takes_one(user: str, factory: str, seed: int) -> None:
    expected = _weight(target_of(f"{user}:tiny", seed))
    assert torch.equal(_weight(target_of(f"{user}:{factory}", 1)), expected)


def test_a_module_is_found_where_one_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    path = module_in(tmp_path, name="of_a_user")
    assert isinstance(target_of("of_a_user:tiny", 0).model, nn.Sequential)
    assert source_of("of_a_user:tiny") == [str(path)]


def test_a_file_is_the_same_from_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        assert resolved("tiny.py:tiny") == f"{tmp_path / name / 'tiny.py'}:tiny"
    assert [resolved(name) for name in ("clusters", "package.module:tiny")] == ["clusters", "package.module:tiny"]


def test_batches_that_can_be_read_once_are_kept(user: str) -> None:
    target = target_of(f"{user}:generated", 0)
    assert [len(batches(target.data)) for _ in range(2)] == [2, 2]
    assert target.inputs.shape == (20, 8)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cluster", "target 'cluster'; required: clusters, module:factory or file.py:factory"),
        ("nowhere.py:", "target 'nowhere.py:'; required: "),
        (":tiny", "target ':tiny'; required: "),
        ("no_such_module:tiny", "no_such_module cannot be imported: ModuleNotFoundError: "),
        ("json:nothing", "json has no function 'nothing'; a factory returns (model, loss, data)"),
        ("nowhere.py:tiny", "no target file at "),
    ],
)
def test_a_name_that_leads_nowhere(name: str, message: str) -> None:
    with pytest.raises(InvalidInput) as error:
        target_of(name, 0)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        ("missing", "{file} has no function 'missing'; a factory returns (model, loss, data)"),
        ("value", "{file} has no function 'value'; "),
        ("raises", "{file}:raises, line {line}: KeyError: 'weights.pt'"),
        ("leaves", "{file}:leaves, line {line}: SystemExit: no data"),
        ("made", "{file}:made: KeyError: 'weights.pt'"),
        ("two_arguments", "{file}:two_arguments asks for width, depth; required: a seed, or nothing"),
        ("no_tuple", "{file}:no_tuple returned Sequential; a factory returns (model, loss, data)"),
        ("two_of_three", "{file}:two_of_three returned tuple of 2; a factory returns"),
        ("no_module", "{file}:no_module returned int first; required: a torch.nn.Module"),
        ("no_loss", "{file}:no_loss returned str second; required: loss(outputs, targets)"),
        ("a_number_for_data", "{file}:a_number_for_data returned data that cannot be read: 'int' object is not"),
        ("no_batch", "{file}:no_batch returned data that cannot be read: the data holds no batch; "),
        ("inputs_alone", "{file}:inputs_alone returned data that cannot be read: batch 0 is a Tensor of 40 instead"),
        ("nothing_trainable", "{file}:nothing_trainable returned a model of which nothing is trainable; "),
        ("locked", "{file}:locked returned a model that is locked, at 2; unlock it"),
        ("nothing_to_lock", "{file}:nothing_to_lock returned a model without a layer that can be locked; required: "),
    ],
)
def test_a_factory_that_gives_no_target(user: str, factory: str, message: str) -> None:
    line = next((n for n, text in enumerate((TINY + MORE).split("\n"), 1) if text.startswith(f"def {factory}(")), 0)
    # The line that raises is the last of its function.
    line += {"raises": 2, "leaves": 1}.get(factory, 0)
    with pytest.raises(InvalidInput) as error:
        target_of(f"{user}:{factory}", 0)
    assert str(error.value).startswith(message.format(file=user, line=line))


def test_a_file_that_is_no_python_is_told_with_its_line(tmp_path: Path) -> None:
    path = module_in(tmp_path, "a = 1\nb = (\n")
    with pytest.raises(InvalidInput, match=rf"{path}, line 2: SyntaxError"):
        target_of(f"{path}:tiny", 0)


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        ("other_width", "its loss cannot be computed: RuntimeError: mat1 and mat2 shapes cannot be multiplied"),
        ("other_classes", "its loss cannot be computed: IndexError: Target 1[0-3] is out of bounds"),
        ("loss_of_each", r"the loss is of shape \(40,\); a scalar tensor is required"),
        ("no_numbers", "batch 0 holds numbers that are NaN or infinite; required: finite data"),
    ],
)
def test_a_target_whose_loss_cannot_be_computed(user: str, factory: str, message: str) -> None:
    target = target_of(f"{user}:{factory}", 0)
    with pytest.raises(InvalidInput, match=f"^mine: {message}"):
        refuse_untrainable("mine", target)


def test_looking_at_a_target_leaves_it_as_it_is(user: str) -> None:
    target = target_of(f"{user}:tiny", 0)
    model = nn.Sequential(target.model, nn.BatchNorm1d(4).double())
    refuse_untrainable("mine", Target(model, target.loss, target.data))
    assert float(model.get_buffer("1.num_batches_tracked")) == 0
    assert all(parameter.grad is None for parameter in target.model.parameters())


def test_a_factory_is_looked_up_once(user: str) -> None:
    assert factory_of(f"{user}:tiny") is factory_of(f"{user}:tiny")
