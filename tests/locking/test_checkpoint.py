"""Checkpoints are locked, inspected, unlocked and loaded; on bad input nothing on disk changes."""

import copy
import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from specbound import inspect, load_locked
from specbound.checkpoints import open_checkpoint, writing
from specbound.checkpoints.header import BITS
from specbound.cli import main
from specbound.core.errors import InvalidInput
from specbound.locking.checkpoint import lock_checkpoint, unlock_checkpoint
from specbound.locking.pair import Spec
from tests.locking.examples import drawn, held, saved, sharded, tensors

LAYERS = ["blk.0.proj", "blk.2.proj", "blk.10.proj", "conv"]


def _assert_back(found: dict[str, Tensor], before: dict[str, Tensor], record: dict[str, Any]) -> None:
    """Locked weights within their ceilings, all else bit for bit."""
    ceilings = {f"{entry['layer']}.weight": entry["ceiling"] for entry in record["layers"]}
    assert set(found) == set(before)
    for name, tensor in before.items():
        assert (found[name].dtype, found[name].shape) == (tensor.dtype, tensor.shape)
        if name in ceilings:
            assert (found[name].double() - tensor.double()).norm() <= ceilings[name] * tensor.double().norm()
        else:
            assert torch.equal(found[name], tensor)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("form", ["dense", "rotated"])
@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("two_sided", [False, True])
def test_a_file_is_locked_inspected_and_unlocked(tmp_path: Path, dtype, form: str, side: str, two_sided: bool) -> None:
    before = tensors(dtype)
    source = saved(tmp_path / "m.safetensors", before)
    digest = held(tmp_path)["m.safetensors"]
    alpha = 3.0 if dtype == torch.bfloat16 else 100.0
    spec = Spec(alpha, 2, form, side, two_sided, tolerance=0.3)
    done = lock_checkpoint(source, tmp_path / "l.safetensors", ["blk.*", "conv"], spec)
    assert {entry["layer"] for entry in done["layers"]} == set(LAYERS)
    found = {lock.layer: lock for lock in inspect(tmp_path / "l.safetensors")}
    assert list(found) == LAYERS
    for lock in found.values():
        assert (lock.k, lock.form, lock.side, lock.two_sided) == (2, form, side, two_sided)
        assert lock.alpha == pytest.approx(alpha, rel=0.05 if dtype == torch.bfloat16 else 1e-4 * alpha)
    locked = load_file(tmp_path / "l.safetensors")
    gone = {f"{name}.weight" for name in LAYERS}
    assert set(before) - set(locked) == gone
    assert all(torch.equal(locked[name], before[name]) for name in set(before) - gone)
    assert len(unlock_checkpoint(tmp_path / "l.safetensors", tmp_path / "u.safetensors")) == 4
    _assert_back(load_file(tmp_path / "u.safetensors"), before, done)
    files = {"m.safetensors", "l.safetensors", "l.specdef.json", "u.safetensors"}
    assert set(held(tmp_path)) == files
    assert held(tmp_path)["m.safetensors"] == digest


def test_the_record_says_what_was_done_and_to_which_bytes(tmp_path: Path) -> None:
    source = saved(tmp_path / "m.safetensors", tensors())
    done = lock_checkpoint(source, tmp_path / "l.safetensors", ["conv"], Spec(10.0, 1))
    record = json.loads((tmp_path / "l.specdef.json").read_text())
    assert {name: record[name] for name in done} == done
    assert (record["alpha"], record["k"], record["form"], record["side"]) == (10.0, 1, "dense", "after")
    digests = held(tmp_path)
    assert record["source"] == {"m.safetensors": digests["m.safetensors"]}
    assert record["files"] == {"l.safetensors": digests["l.safetensors"]}
    assert {"specbound", "torch"} <= set(record["versions"])


@pytest.mark.parametrize("by_index", [False, True])
def test_a_folder_is_locked_with_its_index_and_all_else(tmp_path: Path, by_index: bool) -> None:
    before = tensors()
    source = sharded(tmp_path / "model", before)
    was = held(source)
    opened = source / "model.safetensors.index.json" if by_index else source
    done = lock_checkpoint(opened, tmp_path / "locked", ["blk.*"], Spec(50.0, 2, "rotated"))
    assert held(source) == was
    now = held(tmp_path / "locked")
    kept = {"config.json", ".hidden", ".hidden/deep", ".hidden/deep/.notes"}
    assert set(now) - set(was) == {"specdef.json"}
    assert {name: now[name] for name in kept} == {name: was[name] for name in kept}
    record = json.loads((tmp_path / "locked" / "specdef.json").read_text())
    shards = ["model-1-of-2.safetensors", "model-2-of-2.safetensors"]
    assert record["source"] == {name: was[name] for name in shards}
    assert record["files"] == {name: now[name] for name in shards}
    index = json.loads((tmp_path / "locked" / "model.safetensors.index.json").read_text())
    locked = {name: load_file(tmp_path / "locked" / name) for name in shards}
    assert index["weight_map"] == {tensor: name for name in shards for tensor in locked[name]}
    everything = [tensor for content in locked.values() for tensor in content.values()]
    assert index["metadata"] == {"total_size": sum(t.numel() * t.element_size() for t in everything), "made_by": "hand"}
    assert [lock.layer for lock in inspect(tmp_path / "locked")] == ["blk.0.proj", "blk.2.proj", "blk.10.proj"]
    unlock_checkpoint(tmp_path / "locked", tmp_path / "back")
    assert set(held(tmp_path / "back")) == set(was)
    found = {name: tensor for shard in shards for name, tensor in load_file(tmp_path / "back" / shard).items()}
    _assert_back(found, before, done)
    name = "model.safetensors.index.json"
    assert json.loads((tmp_path / "back" / name).read_text()) == json.loads((source / name).read_text())


def test_links_to_files_are_copied_as_files_and_links_to_folders_are_left_out(tmp_path: Path) -> None:
    source = sharded(tmp_path / "model", tensors())
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "text").write_text("x")
    (source / "link").symlink_to(tmp_path / "elsewhere" / "text")
    (source / "folder").symlink_to(tmp_path / "elsewhere")
    (source / "broken").symlink_to(tmp_path / "absent")
    (source / "model-1-of-2.safetensors").rename(tmp_path / "blob")
    (source / "model-1-of-2.safetensors").symlink_to(tmp_path / "blob")
    lock_checkpoint(source, tmp_path / "locked", ["conv"], Spec(10.0, 1))
    there = {path.name: path for path in (tmp_path / "locked").iterdir()}
    assert not any(path.is_symlink() for path in there.values())
    assert there["link"].read_text() == "x"
    assert not {"folder", "broken"} & set(there)


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
def test_pairs_of_another_dtype_keep_all_tensors_aligned_and_come_back_in_their_own(tmp_path: Path, dtype: str) -> None:
    before = {**tensors(), "odd.weight": drawn(3, 5).to(torch.bfloat16), "wide.weight": drawn(5, 3)}
    source = saved(tmp_path / "m.safetensors", before)
    spec = Spec(4.0, 1, "rotated")
    done = lock_checkpoint(source, tmp_path / "l.safetensors", ["odd", "wide", "conv"], spec, dtype=dtype)
    assert {entry["dtype"] for entry in done["layers"]} == {
        open_checkpoint(tmp_path / "l.safetensors").places["odd.locked.weight"][1].dtype
    }
    header = open_checkpoint(tmp_path / "l.safetensors")
    for _, entry in header.places.values():
        assert 8 * entry.start % BITS[entry.dtype] == 0
    for begin in (shard.begin for shard in header.shards.values()):
        assert begin % 8 == 0
    assert load_file(tmp_path / "l.safetensors")["odd.compensator.weight"].dtype == getattr(torch, dtype)
    unlock_checkpoint(tmp_path / "l.safetensors", tmp_path / "u.safetensors")
    found = load_file(tmp_path / "u.safetensors")
    assert {name: tensor.dtype for name, tensor in found.items()} == {name: t.dtype for name, t in before.items()}
    (tmp_path / "l.specdef.json").unlink()
    unlock_checkpoint(tmp_path / "l.safetensors", tmp_path / "v.safetensors")
    assert load_file(tmp_path / "v.safetensors")["odd.weight"].dtype == getattr(torch, dtype)


def test_random_layers_depend_on_the_seed_alone(tmp_path: Path) -> None:
    source = saved(tmp_path / "m.safetensors", {f"{n}.weight": drawn(4, 4, seed=n) for n in range(8)})
    chosen = []
    for number, seed in enumerate((0, 0, *range(1, 8))):
        done = lock_checkpoint(
            source, tmp_path / f"{number}.safetensors", ["*"], Spec(9.0, 1, "rotated"), count=3, seed=seed
        )
        chosen.append(tuple(entry["layer"] for entry in done["layers"]))
        assert (done["count"], done["seed"]) == (3, seed)
    assert all(len(set(layers)) == 3 for layers in chosen)
    assert chosen[0] == chosen[1]
    assert len(set(chosen)) > 4


class _Convolutional(nn.Module):
    def __init__(self, conv1d: type[nn.Module]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 2)
        self.norm = nn.BatchNorm2d(8)
        self.linear = nn.Linear(8, 6)
        self.gpt = conv1d(9, 6)
        self.head = nn.Linear(9, 9, bias=False)
        self.tail = nn.Linear(9, 9, bias=False)
        self.tail.weight = self.head.weight

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = torch.tanh(self.norm(self.conv(inputs))).mean(dim=(2, 3))
        return self.tail(torch.tanh(self.head(self.gpt(self.linear(hidden)))))


@pytest.fixture
def model() -> nn.Module:
    conv1d = pytest.importorskip("transformers.pytorch_utils").Conv1D
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return _Convolutional(conv1d).double().eval()


INPUTS = drawn(4, 3, 5, 5)


@pytest.mark.parametrize("form", ["dense", "rotated"])
@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("recorded", [True, False])
def test_a_loaded_model_is_the_same_function(
    tmp_path: Path, model: nn.Module, form: str, side: str, recorded: bool
) -> None:
    state = {name: tensor for name, tensor in model.state_dict().items() if name != "tail.weight"}
    source = saved(tmp_path / "m.safetensors", state)
    with torch.no_grad():
        before = model(INPUTS)
    spec = Spec(30.0, 2, form, side)
    lock_checkpoint(source, tmp_path / "half.safetensors", ["conv", "linear"], spec)
    done = lock_checkpoint(tmp_path / "half.safetensors", tmp_path / "l.safetensors", ["gpt"], spec, transposed=True)
    other = {"after": "before", "before": "after"}
    assert [entry["stored_side"] for entry in done["layers"]] == [other[side]]
    shapes = {name: list(tensor.shape) for name, tensor in load_file(tmp_path / "l.safetensors").items()}
    assert shapes["gpt.locked.weight"] == [6, 9]
    assert shapes["gpt.compensator.weight"] == ([9, 9] if side == "after" else [6, 6])
    assert {lock.layer: lock.side for lock in inspect(tmp_path / "l.safetensors")}["gpt"] == other[side]
    if not recorded:
        (tmp_path / "l.specdef.json").unlink()
    with pytest.raises(RuntimeError, match=r'Missing key\(s\) in state_dict: "conv\.weight"'):
        copy.deepcopy(model).load_state_dict(load_file(tmp_path / "l.safetensors"), strict=True)
    fresh = copy.deepcopy(model)
    for parameter in fresh.parameters():
        nn.init.zeros_(parameter)
    assert load_locked(fresh, tmp_path / "l.safetensors") == ("conv", "gpt", "linear")
    assert fresh.tail.weight is fresh.head.weight
    with torch.no_grad():
        torch.testing.assert_close(fresh(INPUTS), before, rtol=0, atol=1e-12)
    unlock_checkpoint(tmp_path / "l.safetensors", tmp_path / "u.safetensors")
    model.load_state_dict(load_file(tmp_path / "u.safetensors"), strict=False)
    with torch.no_grad():
        torch.testing.assert_close(model(INPUTS), before, rtol=0, atol=1e-12)


def _with(**more: Any) -> Callable[[dict[str, Tensor]], dict[str, Tensor]]:
    """Tensors instead of those of that name; None takes one out."""
    return lambda state: {name: t for name, t in {**state, **more}.items() if t is not None}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_with(**{"norm.bias": None}), r"the checkpoint lacks norm\.bias; required: a model of the same architecture"),
        (_with(**{"conv.bias": None, "more": torch.ones(2)}), r"checkpoint lacks conv\.bias; the model lacks more"),
        (
            _with(**{"head.weight": drawn(9, 8)}),
            r"head\.weight is \[9, 8\] in the checkpoint and \[9, 9\] in the model",
        ),
        (
            _with(**{"norm.bias": torch.ones(8, dtype=torch.int8)}),
            r"norm\.bias is I8 in the checkpoint and torch\.float64",
        ),
        (_with(**{"norm.bias": torch.ones(8, dtype=torch.uint16)}), r"norm\.bias is U16 in the checkpoint"),
        (
            _with(**{"linear.weight": drawn(6, 7)}),
            r"linear is locked as \[6, 6\] times \[6, 7\]; the model has \[6, 8\]",
        ),
        (
            _with(**{"linear.weight": drawn(6, 8).float()}),
            r"linear is locked in torch\.float32, the model's is torch\.float64",
        ),
        (_with(**{"other.weight": drawn(6, 8)}), "locks other, which is no layer of this model that can be locked"),
        (_with(**{"norm.weight": drawn(8, 8)}), "locks norm, which is no layer of this model"),
    ],
)
def test_loading_into_a_model_that_does_not_fit_changes_nothing(
    tmp_path: Path, model: nn.Module, change, message: str
) -> None:
    state = change({name: tensor for name, tensor in model.state_dict().items() if name != "tail.weight"})
    layers = [name for name in ("linear", "other", "norm") if state.get(f"{name}.weight", INPUTS).ndim == 2]
    lock_checkpoint(saved(tmp_path / "m.safetensors", state), tmp_path / "l.safetensors", layers, Spec(9.0, 1))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(InvalidInput, match=message):
        load_locked(model, tmp_path / "l.safetensors")
    assert list(model.state_dict()) == list(before)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize(
    ("end", "tensor", "message"),
    [
        ("locked", drawn(8).float(), r"0 is locked by a tensor of shape \[8\]; required: matrices or kernels"),
        ("compensator", torch.tensor(1.0), r"0 is locked by a tensor of shape \[\]"),
        ("compensator", drawn(4, 4).half(), r"0 is locked in torch\.float16, the model's is torch\.float32"),
        ("compensator", torch.ones(4, 4, dtype=torch.int32), r"0 is locked in torch\.int32"),
        ("compensator", drawn(5, 5).float(), r"0 is locked as \[5, 5\] times \[4, 6\]; the model has \[4, 6\]"),
    ],
)
def test_loading_refuses_pairs_that_are_none(tmp_path: Path, end: str, tensor: Tensor, message: str) -> None:
    model = nn.Sequential(nn.Linear(6, 4, bias=False))
    lock_checkpoint(
        saved(tmp_path / "m.safetensors", model.state_dict()), tmp_path / "l.safetensors", ["0"], Spec(9.0, 1)
    )
    saved(tmp_path / "l.safetensors", {**load_file(tmp_path / "l.safetensors"), f"0.{end}.weight": tensor})
    with pytest.raises(InvalidInput, match=message):
        load_locked(model, tmp_path / "l.safetensors")
    assert list(model.state_dict()) == ["0.weight"]


def test_models_that_are_not_made_yet_are_refused_and_empty_tensors_are_not_tied(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(4, 4, bias=False))
    model.register_buffer("one", torch.zeros(0, 3))
    model.register_buffer("two", torch.zeros(0, 3))
    state = {name: tensor for name, tensor in model.state_dict().items() if name != "two"}
    lock_checkpoint(saved(tmp_path / "m.safetensors", state), tmp_path / "l.safetensors", ["0"], Spec(9.0, 1))
    with pytest.raises(InvalidInput, match="the checkpoint lacks two"):
        load_locked(model, tmp_path / "l.safetensors")
    with pytest.raises(InvalidInput, match=r"on the meta device; make it first"):
        load_locked(copy.deepcopy(model).to("meta"), tmp_path / "l.safetensors")


def test_a_side_in_the_record_counts_where_the_weights_say_nothing(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)).double()
    lock_checkpoint(
        saved(tmp_path / "m.safetensors", model.state_dict()), tmp_path / "l.safetensors", ["*"], Spec(9.0, 1)
    )
    locked = load_file(tmp_path / "l.safetensors")
    locked["0.compensator.weight"] += drawn(4, 4, seed=3)
    saved(tmp_path / "l.safetensors", locked)
    record = json.loads((tmp_path / "l.specdef.json").read_text())
    record["layers"] = [entry for entry in record["layers"] if entry["layer"] == "0"]
    (tmp_path / "l.specdef.json").write_text(json.dumps(record))
    assert load_locked(model, tmp_path / "l.safetensors") == ("0", "1")


def test_loading_needs_locks_and_their_side(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(4, 4))
    state = {"0.bias": torch.zeros(4), "0.locked.weight": drawn(4, 4).float()}
    saved(tmp_path / "m.safetensors", state)
    with pytest.raises(InvalidInput, match="holds no locked layers"):
        load_locked(model, tmp_path / "m.safetensors")
    saved(tmp_path / "m.safetensors", {**state, "0.compensator.weight": drawn(4, 4, seed=1).float()})
    with pytest.raises(InvalidInput, match=r"on which side .* is not known; keep specdef\.json"):
        load_locked(model, tmp_path / "m.safetensors")


GOOD: dict[str, Any] = {"layers": ["blk.0.proj"], "alpha": 10.0, "k": 1}
TINY = torch.float16
TWIN = drawn(7, 5).float()
BAD: dict[str, tuple[dict[str, Any], dict[str, Tensor], str]] = {
    "matches nothing": ({"layers": ["blk.*.proy"]}, {}, r"unknown layer 'blk\.\*\.proy'; the nearest known: blk\."),
    "one of two matches nothing": ({"layers": ["conv", "x.*"]}, {}, r"unknown layer 'x\.\*'"),
    "no layers": ({"layers": []}, {}, "no layers are named"),
    "nothing like it": ({"layers": ["@@"]}, {}, r"unknown layer '@@'; the nearest known: blk\.0\.proj, blk\.10"),
    "name of the tensor": ({"layers": ["blk.0.proj.weight"]}, {}, "unknown layer"),
    "tensor named weight": ({"layers": ["weight"]}, {}, "unknown layer 'weight'"),
    "a vector": ({"layers": ["norm"]}, {}, r"norm has the shape \[6\]; required: a matrix"),
    "zero": ({"alpha": 0.0}, {}, r"blk\.0\.proj: alpha = 0\.0; required: a positive number"),
    "negative": ({"alpha": -3.0}, {}, "required: a positive number"),
    "not a number": ({"alpha": float("nan")}, {}, "required: a positive number"),
    "infinite": ({"alpha": float("inf")}, {}, "required: a positive number"),
    "too large": ({"alpha": 1e308}, {}, "breaks the layer in float32: outputs would overflow"),
    "k of none": ({"k": 0}, {}, "from 1 to 6"),
    "k too large": ({"k": 7}, {}, "from 1 to 6"),
    "k above the rank": ({"layers": ["low"], "k": 2}, {"low.weight": drawn(5, 1) @ drawn(1, 5)}, "above the rank of"),
    "a weight of zeros": ({"layers": ["low"]}, {"low.weight": torch.zeros(5, 5)}, "above the rank of the weight, 0"),
    "half of a two-sided": ({"k": 5, "two_sided": True}, {}, "at most 4"),
    "unknown form": ({"form": "sparse"}, {}, "unknown form 'sparse'"),
    "unknown side": ({"side": "over"}, {}, "unknown side 'over'"),
    "no tolerance": ({"tolerance": -1.0}, {}, "tolerance = -1.0; required"),
    "unknown dtype": ({"dtype": "float8"}, {}, "unknown dtype 'float8'"),
    "integers": ({"layers": ["q"]}, {"q.weight": torch.ones(3, 3, dtype=torch.int8)}, "stored as I8; required"),
    "eight bits": ({"layers": ["q"]}, {"q.weight": torch.ones(3, 3).to(torch.float8_e5m2)}, "as F8_E5M2"),
    "no numbers": ({"layers": ["n"]}, {"n.weight": torch.full((3, 3), torch.nan)}, "entries that are NaN"),
    "infinities": ({"layers": ["n"]}, {"n.weight": torch.full((3, 3), torch.inf)}, "NaN or infinite"),
    "vanishing": ({"layers": ["n"]}, {"n.weight": 1e-200 * drawn(3, 3)}, "a norm of 0.0e\\+00; required: from 1e-140"),
    "exploding": ({"layers": ["n"]}, {"n.weight": 1e200 * drawn(3, 3)}, "a norm of inf; required: from 1e-140"),
    "no rows": ({"layers": ["n"]}, {"n.weight": torch.zeros(0, 3)}, r"n has the shape \[0, 3\]; required: a matrix"),
    "no columns": ({"layers": ["n"]}, {"n.weight": torch.zeros(3, 0)}, r"n has the shape \[3, 0\]; required: a matrix"),
    "overflow, dense": ({"layers": ["h"], "alpha": 1e5}, {"h.weight": drawn(6, 6).to(TINY)}, "outputs would over"),
    "overflow, rotated": (
        {"layers": ["h"], "alpha": 1e5, "form": "rotated"},
        {"h.weight": drawn(6, 6).to(TINY)},
        "in rotated form breaks the layer in float16: outputs would overflow",
    ),
    "overflow, by dtype": ({"alpha": 1e5, "form": "rotated", "dtype": "float16"}, {}, "outputs would overflow"),
    "too fine, dense": ({"alpha": 1e-9}, {}, "take alpha of at least"),
    "tied twins": ({"layers": ["a"]}, {"a.weight": TWIN, "b.weight": TWIN.clone()}, r"a equals b\.weight bit for bit"),
    "embedding": ({"layers": ["e"]}, {"e.weight": drawn(200, 5)}, "a compensator of 200×200; take side before"),
    "embedding, before": ({"layers": ["e"], "side": "before"}, {"e.weight": drawn(5, 200)}, "take side after"),
    "bias of the other side": (
        {"layers": ["g"]},
        {"g.weight": drawn(6, 9), "g.bias": drawn(9)},
        r"g has 6 outputs but a bias of shape \[9\]; give --transposed",
    ),
    "bias of one side": ({"transposed": True}, {}, r"has 6 outputs but a bias of shape \[9\]; leave out --transposed"),
    "bias of a matrix": ({"layers": ["g"]}, {"g.weight": drawn(6, 9), "g.bias": drawn(6, 1)}, "but a bias of shape"),
    "transposed kernel": ({"layers": ["conv"], "transposed": True}, {}, "which is not stored transposed"),
    "none at random": ({"count": 0}, {}, "0 random layers; required: from 1 to 1"),
    "too many at random": ({"layers": ["blk.*"], "count": 4}, {}, "required: from 1 to 3"),
    "a half of a lock": ({}, {"blk.0.proj.locked.weight": drawn(2, 2)}, r"blk\.0\.proj is locked already"),
    "a half of a lock, by glob": ({"layers": ["blk.*"]}, {"blk.0.proj.locked.weight": drawn(2, 2)}, "two tensors"),
    "the other half": ({}, {"blk.0.proj.compensator.weight": drawn(2, 2)}, "two tensors blk.0.proj.compensator.weight"),
}  # fmt: skip


def _lock(source: Path, target: Path, **changes: Any) -> dict[str, Any]:
    options = {**GOOD, **changes}
    names = ("alpha", "k", "form", "side", "two_sided", "tolerance")
    spec = Spec(**{name: options.pop(name) for name in names if name in options})
    return lock_checkpoint(source, target, options.pop("layers"), spec, **options)


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_cannot_be_locked_is_refused_in_one_line_and_nothing_changes(tmp_path: Path, case: str, kind: str) -> None:
    changes, more, message = BAD[case]
    content = {**tensors(), **more}
    if kind == "file":
        source, target = saved(tmp_path / "m.safetensors", content), tmp_path / "l.safetensors"
    else:
        source, target = sharded(tmp_path / "m", content), tmp_path / "l"
    before = held(tmp_path)
    with pytest.raises(InvalidInput, match=message) as refused:
        _lock(source, target, **changes)
    assert str(refused.value).isprintable()
    assert held(tmp_path) == before


def test_locking_twice_is_refused_and_other_layers_can_still_be_locked(tmp_path: Path) -> None:
    source = saved(tmp_path / "m.safetensors", tensors())
    _lock(source, tmp_path / "l.safetensors")
    before = held(tmp_path)
    for name in ("blk.0.proj", "blk.0.proj.locked", "blk.0.proj.compensator"):
        with pytest.raises(InvalidInput, match=r"locked already; unlock it first|unknown layer"):
            _lock(tmp_path / "l.safetensors", tmp_path / "k.safetensors", layers=[name])
    assert held(tmp_path) == before
    done = _lock(tmp_path / "l.safetensors", tmp_path / "k.safetensors", layers=["blk.*"])
    assert {entry["layer"] for entry in done["layers"]} == {"blk.2.proj", "blk.10.proj"}
    assert len(inspect(tmp_path / "k.safetensors")) == 3


def _touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


PLACES: dict[str, tuple[str, str, Callable[[Path], object], str]] = {
    "the source itself": ("m.safetensors", "m.safetensors", lambda at: None, "exists and is not overwritten"),
    "a file": ("m.safetensors", "l.safetensors", lambda at: _touch(at / "l.safetensors"), "exists and is not overwr"),
    "a folder": ("m", "l", lambda at: (at / "l").mkdir(), "exists and is not overwritten"),
    "a broken link": ("m", "l", lambda at: (at / "l").symlink_to(at / "absent"), "exists and is not overwritten"),
    "no parent": ("m.safetensors", "no/l.safetensors", lambda at: None, "no is no folder; make it first"),
    "parent is a file": ("m", "m.safetensors/l", lambda at: None, "m.safetensors is no folder"),
    "wrong suffix": ("m.safetensors", "l", lambda at: None, r"does not end in \.safetensors; required: a file"),
    "pickle's suffix": ("m.safetensors", "l.bin", lambda at: None, r"does not end in \.safetensors"),
    "inside the source": ("m", "m/l", lambda at: None, "lies within .*, which is only read; name a place outside"),
    "inside by the index": ("m/model.safetensors.index.json", "m/l", lambda at: None, "lies within"),
    "inside by dots": ("m", "l/../m/l", lambda at: (at / "l").mkdir(), "lies within"),
    "inside by a link": ("m", "n/l", lambda at: (at / "n").symlink_to(at / "m"), "lies within"),
    "pickle beside": ("m", "l", lambda at: _touch(at / "m/pytorch_model.bin"), r"pytorch_model\.bin holds weights too"),
    "capitals beside": ("m", "l", lambda at: _touch(at / "m/WEIGHTS.BIN"), r"WEIGHTS\.BIN holds weights too"),
    "deep beside": ("m", "l", lambda at: _touch(at / "m/.onnx/a/model.onnx"), r"model\.onnx holds weights too"),
    "another file beside": ("m", "l", lambda at: _touch(at / "m/x.safetensors"), r"x\.safetensors holds weights too"),
    "a copy beside": (
        "m",
        "l",
        lambda at: _touch(at / "m/.git/ab12") or (at / "m/.git/ab12").write_bytes(
            (at / "m/model-1-of-2.safetensors").read_bytes()
        ),
        "ab12 holds weights too, and would be copied unlocked",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PLACES)
@pytest.mark.parametrize("command", ["lock", "unlock"])
def test_places_that_cannot_be_written_to_are_refused(tmp_path: Path, case: str, command: str) -> None:
    source, target, change, message = PLACES[case]
    plain, at = tmp_path / "plain", tmp_path / "at"
    plain.mkdir(), at.mkdir()
    saved(plain / "m.safetensors", tensors())
    sharded(plain / "m", tensors())
    for name in ("m.safetensors", "m"):
        if command == "unlock":
            _lock(plain / name, at / name)
        else:
            (plain / name).rename(at / name)
    change(at)
    before = held(at)
    with pytest.raises(InvalidInput, match=message):
        (_lock if command == "lock" else unlock_checkpoint)(at / source, at / target)
    assert held(at) == before


RECORDS = {
    "no JSON": b"{",
    "no UTF-8": b"\xff",
    "a list": b"[]",
    "no layers": b"{}",
    "layers of text": b'{"layers": "ab"}',
    "layer without a side": b'{"layers": [{"layer": "a", "original_dtype": "F32"}]}',
    "unknown side": b'{"layers": [{"layer": "a", "original_dtype": "F32", "stored_side": "left"}]}',
    "unknown dtype": b'{"layers": [{"layer": "a", "original_dtype": "I8", "stored_side": "after"}]}',
    "dtype in a list": b'{"layers": [{"layer": "a", "original_dtype": ["F32"], "stored_side": "after"}]}',
    "side in an object": b'{"layers": [{"layer": "a", "original_dtype": "F32", "stored_side": {}}]}',
    "layer of a number": b'{"layers": [{"layer": 1, "original_dtype": "F32", "stored_side": "after"}]}',
    "deep": b'{"layers":' * 100_000,
}


@pytest.mark.parametrize("case", RECORDS)
def test_a_record_that_is_none_is_refused(tmp_path: Path, case: str) -> None:
    _lock(saved(tmp_path / "m.safetensors", tensors()), tmp_path / "l.safetensors")
    (tmp_path / "l.specdef.json").write_bytes(RECORDS[case])
    before = held(tmp_path)
    with pytest.raises(InvalidInput, match=r"l\.specdef\.json (is not a record|names layers, sides or dtypes)"):
        unlock_checkpoint(tmp_path / "l.safetensors", tmp_path / "u.safetensors")
    assert held(tmp_path) == before


def test_what_has_no_lock_or_half_of_one_is_not_unlocked(tmp_path: Path) -> None:
    source = saved(tmp_path / "m.safetensors", tensors())
    _lock(source, tmp_path / "l.safetensors")
    locked = load_file(tmp_path / "l.safetensors")
    cases = {
        "has no locks; there is nothing to unlock": tensors(),
        "its deformed weight is not known": {
            "c": locked["blk.0.proj.compensator.weight"],
        },
        "the side of its compensator is not known": {
            "a.locked.weight": drawn(4, 4),
            "a.compensator.weight": drawn(4, 4, seed=1),
        },
        "are no pair with the compensator after the weight": {
            "a.locked.weight": drawn(5, 4),
            "a.compensator.weight": locked["blk.0.proj.compensator.weight"],
        },
        "there would be two tensors blk.0.proj.weight": {**locked, "blk.0.proj.weight": drawn(2, 2)},
        "several locks act on ., in an order that is not known": {
            "w": locked["blk.0.proj.locked.weight"],
            "c": locked["blk.0.proj.compensator.weight"],
            "d": locked["blk.0.proj.compensator.weight"].clone(),
        },
    }
    for number, (message, content) in enumerate(cases.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        saved(folder / "l.safetensors", content)
        before = held(folder)
        with pytest.raises(InvalidInput, match=message):
            unlock_checkpoint(folder / "l.safetensors", folder / "u.safetensors")
        assert held(folder) == before


def test_a_lock_under_other_names_is_merged_under_the_name_of_its_weight(tmp_path: Path) -> None:
    _lock(saved(tmp_path / "m.safetensors", tensors()), tmp_path / "l.safetensors")
    locked = load_file(tmp_path / "l.safetensors")
    locked["first"] = locked.pop("blk.0.proj.locked.weight")
    locked["second"] = locked.pop("blk.0.proj.compensator.weight")
    saved(tmp_path / "r.safetensors", locked)
    unlock_checkpoint(tmp_path / "r.safetensors", tmp_path / "u.safetensors")
    found = load_file(tmp_path / "u.safetensors")
    assert "second" not in found
    torch.testing.assert_close(found["first"], tensors()["blk.0.proj.weight"], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", ["", "σ.層 1", "a/b", "x" * 5000, "__metadata__", "-", "'\"\\"])
def test_layers_may_have_any_name_that_can_be_printed(tmp_path: Path, name: str) -> None:
    source = saved(tmp_path / "m.safetensors", {f"{name}.weight": drawn(4, 4), "other": drawn(2)})
    _lock(source, tmp_path / "l.safetensors", layers=[name])
    assert [lock.layer for lock in inspect(tmp_path / "l.safetensors")] == [name]
    unlock_checkpoint(tmp_path / "l.safetensors", tmp_path / "u.safetensors")
    assert set(load_file(tmp_path / "u.safetensors")) == {f"{name}.weight", "other"}


def test_files_may_have_any_name(tmp_path: Path) -> None:
    source = saved(tmp_path / "σ 層\n.safetensors", tensors())
    _lock(source, tmp_path / "l\t*.safetensors")
    with pytest.raises(InvalidInput, match=r"σ 層\\n\.safetensors has no locks") as refused:
        unlock_checkpoint(source, tmp_path / "u.safetensors")
    assert str(refused.value).isprintable()
    with pytest.raises(OSError, match="File name too long"):
        _lock(source, tmp_path / f"{'x' * 240}.safetensors")
    assert set(held(tmp_path)) == {source.name, "l\t*.safetensors", "l\t*.specdef.json"}


@pytest.mark.parametrize("command", ["lock", "unlock"])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, kind: str
) -> None:
    end = ".safetensors" if kind == "file" else ""
    (saved if kind == "file" else sharded)(tmp_path / f"m{end}", tensors())
    _lock(tmp_path / f"m{end}", tmp_path / f"l{end}")
    before = held(tmp_path)
    calls = iter(range(100))

    def full(stream: int) -> None:
        if kind == "file" or next(calls) == 1:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing.os, "fsync", full)
    options = ["--alpha", "9", "--k", "1", "--layers", "conv"] if command == "lock" else []
    assert main([command, str(tmp_path / f"l{end}"), str(tmp_path / f"t{end}"), *options]) == 2
    printed = capsys.readouterr()
    assert printed.err == "specbound: OSError: [Errno 28] No space left on device\n"
    assert held(tmp_path) == before


def test_a_second_process_does_not_disturb_the_first(tmp_path: Path) -> None:
    source = saved(tmp_path / "m.safetensors", tensors())
    target = tmp_path / "l.safetensors"
    with writing.beside(target) as place:
        place.write_bytes(b"whole")
        with pytest.raises(InvalidInput, match="another process is writing"):
            _lock(source, target)
        assert place.read_bytes() == b"whole"
    assert target.read_bytes() == b"whole"
    assert set(held(tmp_path)) == {"m.safetensors", "l.safetensors"}


def test_what_comes_to_exist_meanwhile_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = saved(tmp_path / "m.safetensors", tensors())
    target, record = tmp_path / "l.safetensors", tmp_path / "l.specdef.json"

    def overtaken(*arguments: Any) -> str:
        target.write_bytes(b"theirs")
        record.write_bytes(b"theirs too")
        return writing.write_file(*arguments)

    monkeypatch.setattr("specbound.locking.rewriting.write_file", overtaken)
    with pytest.raises(InvalidInput, match="has come to exist meanwhile"):
        _lock(source, target)
    assert (target.read_bytes(), record.read_bytes()) == (b"theirs", b"theirs too")
    assert len(held(tmp_path)) == 3


def test_leftovers_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    source = sharded(tmp_path / "m", tensors())
    (tmp_path / "l.partial" / "deep").mkdir(parents=True)
    _touch(tmp_path / "l.partial" / "deep" / "model.safetensors")
    _touch(tmp_path / "l.partial.lock")
    _lock(source, tmp_path / "l")
    assert {path.name for path in tmp_path.iterdir()} == {"m", "l"}
    saved(tmp_path / "f.safetensors", tensors())
    (tmp_path / "g.safetensors.partial").symlink_to(tmp_path / "f.safetensors")
    _touch(tmp_path / "g.specdef.json.partial")
    before = held(tmp_path)["f.safetensors"]
    _lock(tmp_path / "f.safetensors", tmp_path / "g.safetensors")
    assert held(tmp_path)["f.safetensors"] == before
    assert {p.name for p in tmp_path.iterdir()} == {"m", "l", "f.safetensors", "g.safetensors", "g.specdef.json"}


def test_the_commands_print_tables_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_file(tensors(), tmp_path / "m.safetensors")
    source, locked, back = (str(tmp_path / f"{name}.safetensors") for name in "mlu")
    options = ["--alpha", "20", "--k", "2", "--layers", "blk.*", "--layers", "conv", "--form", "auto"]
    assert main(["lock", source, locked, *options]) == 0
    assert "4 locked, alpha = 20, k = 2: " in capsys.readouterr().out
    assert main(["inspect", locked]) == 0
    assert "blk.10.proj" in capsys.readouterr().out
    assert main(["inspect", locked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["locks"]
    assert [lock["layer"] for lock in found] == LAYERS
    assert {tuple(lock) for lock in found} == {("layer", "k", "alpha", "form", "side", "two_sided")}
    assert main(["unlock", locked, back]) == 0
    assert capsys.readouterr().out.startswith("4 unlocked: ")
    assert main(["inspect", back]) == 0
    assert capsys.readouterr().out == "no locks\n"
    assert main(["unlock", back, locked]) == 2
    assert capsys.readouterr().err == f"specbound: {back} has no locks; there is nothing to unlock\n"


def test_a_checkpoint_without_weights_cannot_be_locked(tmp_path: Path) -> None:
    source = saved(tmp_path / "m.safetensors", {"weight": drawn(3, 3), "kernel": drawn(3, 3, seed=1)})
    with pytest.raises(InvalidInput, match=r"m\.safetensors has no weights to lock; required: tensors with names"):
        _lock(source, tmp_path / "l.safetensors", layers=["*"])
