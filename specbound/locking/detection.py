"""Finding the locks in a model or a checkpoint that nobody described: from its weights alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from specbound.checkpoints import Checkpoint, open_checkpoint
from specbound.checkpoints.header import FLOATS
from specbound.locking.compensators import Lock, is_identity, recognised
from specbound.locking.layers import locks_in

LOCKED, COMPENSATOR = ".locked.weight", ".compensator.weight"
"""How the two tensors of a pair end, behind the module path of the layer."""

LEAKING = 0.1
"""Of what a deformed weight does to inflated directions, how much may lead out of them: nothing in exact arithmetic."""


@dataclass(frozen=True)
class FoundLock:
    """A lock: where it is, and what it does.

    ``layer``: the module path, or that of the deformed weight where names say nothing. ``k``, ``alpha``, ``form``:
    None for a pair by name whose compensator has no lock's spectrum, as after training; ``alpha`` also where the dtype
    does not resolve it; a pair that compensates nothing has ``k = 0`` and ``alpha = 1``. ``side``: on which side the
    compensator multiplies the weight *as it is stored*, after for ``C W̃``, or of a module acts; None where both fit.
    ``deformed``, ``compensator``: the names of the two tensors, the first None where none fits. ``directions``: U_k,
    ``(d, k)``.
    """

    layer: str
    k: int | None
    alpha: float | None
    form: str | None
    side: str | None
    two_sided: bool
    deformed: str | None
    compensator: str
    directions: Tensor | None = field(default=None, repr=False, compare=False)

    def to_json(self) -> dict[str, object]:
        """What a command prints of it."""
        names = ("layer", "k", "alpha", "form", "side", "two_sided")
        return {name: getattr(self, name) for name in names}


def inspect(model_or_path: nn.Module | str | Path) -> list[FoundLock]:
    """The locks in a model, or in a checkpoint, from the weights alone.

    Pairs are found by name, ``X.locked.weight`` and ``X.compensator.weight``, and under any names by the spectrum of a
    square matrix with the eigenvalues 1 and 1/α (``lock_detection``) and a second matrix with the same singular
    directions. A lock whose compensator was merged into another layer cannot be found.

    **Parameters.** ``model_or_path``: a module, a ``.safetensors`` file, an index of several, or a folder.
    **Returns.** A :class:`FoundLock` for each, in the order of names; none for a model without locks.
    **Raises.** :class:`~specbound.core.errors.InvalidInput` for a checkpoint that cannot be read.

    >>> from specbound.locking import lock
    >>> model = nn.Sequential(nn.Linear(6, 5))
    >>> _ = lock(model, "0", alpha=100.0, k=2)
    >>> [(found.layer, found.k, round(found.alpha), found.form) for found in inspect(model)]
    [('0', 2, 100, 'dense')]
    """
    if isinstance(model_or_path, nn.Module):
        return _in_model(model_or_path)
    return find_locks(open_checkpoint(Path(model_or_path)))


def find_locks(checkpoint: Checkpoint) -> list[FoundLock]:
    """The locks in a checkpoint that is open."""
    shapes = {
        name: entry.shape
        for name, (_, entry) in checkpoint.places.items()
        if entry.dtype in FLOATS and len(entry.shape) >= 2 and entry.start < entry.stop
    }
    return list(_locks(shapes, checkpoint.tensor))


def _in_model(model: nn.Module) -> list[FoundLock]:
    tensors = {name: tensor.detach() for name, tensor in model.state_dict().items()}
    shapes = {n: tuple(t.shape) for n, t in tensors.items() if t.is_floating_point() and t.ndim >= 2 and t.numel()}
    found = list(_locks(shapes, tensors.__getitem__))
    sides = {name: module.side for name, module in locks_in(model).items()}
    # A module knows its side, also where the two factors look alike.
    return [replace(lock, side=sides.get(lock.layer, lock.side)) for lock in found]


def _locks(shapes: Mapping[str, tuple[int, ...]], load: Callable[[str], Tensor]) -> Iterator[FoundLock]:
    named: dict[str, FoundLock] = {}
    unnamed: dict[str, Lock] = {}
    for name, shape in shapes.items():
        if not _is_square(shape):
            continue
        layer = name.removesuffix(COMPENSATOR)
        deformed = f"{layer}{LOCKED}" if layer != name and f"{layer}{LOCKED}" in shapes else None
        # The second tensor of such a pair is met under the name of the first.
        if name.endswith(LOCKED) and _is_square(shapes.get(f"{name.removesuffix(LOCKED)}{COMPENSATOR}", (1, 1))):
            continue
        matrix = load(name).flatten(1)
        lock = recognised(matrix, named=deformed is not None)
        if deformed is not None:
            named[name] = _named(layer, deformed, name, matrix, lock, load)
        elif lock is not None:
            unnamed[name] = lock
    # A compensator can look like the partner of another: all that are rotated have the same inner directions.
    spent = {*unnamed, *named, *(lock.deformed for lock in named.values())}
    for name in shapes:
        if name in unnamed:
            found = _unnamed(name, unnamed[name], shapes, spent, load)
            spent.add(found.deformed)
            yield found
        elif name in named:
            yield named[name]


def _named(
    layer: str, deformed: str, compensator: str, matrix: Tensor, lock: Lock | None, load: Callable[[str], Tensor]
) -> FoundLock:
    weight = load(deformed).flatten(1)
    if lock is None:
        sides = [side for side, size in zip(("after", "before"), weight.shape, strict=True) if size == len(matrix)]
        side = sides[0] if len(sides) == 1 else None
        k, alpha = (0, 1.0) if is_identity(matrix) else (None, None)
        return FoundLock(layer, k, alpha, None, side, False, deformed, compensator)
    side = lock.side or min(("after", "before"), key=lambda side: _leak(weight, lock, side))
    return _found(layer, lock, side, deformed, compensator)


def _unnamed(
    name: str,
    lock: Lock,
    shapes: Mapping[str, tuple[int, ...]],
    spent: Container[str | None],
    load: Callable[[str], Tensor],
) -> FoundLock:
    """The lock with the weight whose singular directions it inflates: one that has no other part, the nearest by name.

    ``spent``: tensors that are part of a lock, taken only where no other fits.
    """
    size = len(lock.directions)
    fitting: list[tuple[bool, float, int, str, str]] = []
    for other, shape in shapes.items():
        sides = ["after"] * (shape[0] == size) + ["before"] * (matrix_shape(shape)[1] == size)
        if other == name or (lock.side and lock.side not in sides):
            continue
        for side in [lock.side] if lock.side else sides:
            leak = _leak(load(other).flatten(1), lock, side)
            if leak <= LEAKING:
                fitting.append((other in spent, round(leak, 2), -len(_shared(name, other)), other, side))
    if not fitting:
        return _found(name.removesuffix(".weight"), lock, lock.side, None, name)
    *_, other, side = min(fitting)
    return _found(other.removesuffix(".weight"), lock, side, other, name)


def _found(layer: str, lock: Lock, side: str | None, deformed: str | None, compensator: str) -> FoundLock:
    return FoundLock(layer, lock.k, lock.alpha, lock.form, side, lock.two_sided, deformed, compensator, lock.directions)


def _leak(weight: Tensor, lock: Lock, side: str) -> float:
    """What a weight's Gram matrix carries from the lock's inner directions out of them, relative to all it does there.

    It is zero where they are singular directions of the weight, as of a deformed one they are.
    """
    matrix = (weight if side == "after" else weight.T).to(torch.float64)
    if len(matrix) != len(lock.inner):
        return float("inf")
    image = matrix @ (matrix.T @ lock.inner)
    size = float(torch.linalg.matrix_norm(image))
    out = float(torch.linalg.matrix_norm(image - lock.inner @ (lock.inner.T @ image)))
    return out / size if size else float("inf")


def matrix_shape(shape: tuple[int, ...], transposed: bool = False) -> tuple[int, int]:
    """Outputs and inputs of the linear map that is stored in that shape."""
    rows, columns = shape[0], math.prod(shape[1:])
    return (columns, rows) if transposed else (rows, columns)


def _is_square(shape: tuple[int, ...]) -> bool:
    rows, columns = matrix_shape(shape)
    return rows == columns > 1


def _shared(one: str, other: str) -> str:
    """The longest common beginning."""
    count = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:count]
