"""Locking and unlocking checkpoints on disk, a tensor at a time, without building the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from specbound.checkpoints import Checkpoint, open_checkpoint
from specbound.checkpoints.header import FLOATS, Entry
from specbound.checkpoints.writing import Part, bytes_of
from specbound.core.errors import InvalidInput
from specbound.locking.detection import COMPENSATOR, LOCKED, FoundLock, find_locks, matrix_shape
from specbound.locking.layers import drawn
from specbound.locking.pair import Spec, make_pair
from specbound.locking.pieces import merged
from specbound.locking.rewriting import RECORD, read_record, rewrite
from specbound.locking.stored import matching_weights, refuse_unlockable, type_named


def lock_checkpoint(
    source: Path,
    target: Path,
    layers: Sequence[str],
    spec: Spec,
    dtype: str | None = None,
    transposed: bool = False,
    count: int | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Locks layers of a checkpoint into another place; the source is only read.

    Of layer X, ``X.weight`` goes and ``X.locked.weight`` and ``X.compensator.weight`` come; all other tensors stay bit
    for bit, and in a folder all other files. A pair is measured on Gaussian inputs as in :func:`specbound.lock`.

    **Parameters.** ``source``: a ``.safetensors`` file, the index of several, or a folder. ``target``: a file for a
    file, else a folder; it must not exist. ``layers``: names of weights without ``.weight``, or globs on them.
    ``dtype``: of the stored pairs, by torch's name; default, that of each weight. ``transposed``: weights are stored as
    (inputs, outputs), as the Conv1D of transformers does. ``count``: lock that many of the matching layers, at random
    by ``seed``.
    **Returns.** The settings, and for each of the ``layers`` its shape, dtype, form, measured error and the bound on
    what unlocking gives back; all of that is in ``specdef.json`` too, with digests of all files and versions.
    **Raises.** :class:`~specbound.core.errors.InvalidInput`; then there is nothing at the target.
    """
    checkpoint = open_checkpoint(source)
    chosen = matching_weights(checkpoint, layers)
    if count is not None:
        chosen = drawn(chosen, count, seed)
    wanted = None if dtype is None else type_named(dtype)
    for layer in chosen:
        refuse_unlockable(checkpoint, layer, spec, transposed)
    settings = {
        "alpha": spec.alpha,
        "k": spec.k,
        "form": spec.form,
        "side": spec.side,
        "two_sided": spec.two_sided,
        "transposed": transposed,
        "patterns": list(layers),
        "count": count,
        "seed": seed,
    }
    made: list[dict[str, Any]] = []

    def locked(name: str, entry: Entry) -> Iterator[Part]:
        layer = name.removesuffix(".weight")
        if layer not in chosen or name == layer:
            yield _kept(checkpoint, name, entry)
            return
        yield from _Pair(checkpoint, layer, entry, spec, wanted or entry.dtype, transposed, made).parts()

    rewrite(checkpoint, target, locked, lambda: {**settings, "layers": made})
    return {**settings, "layers": made}


def unlock_checkpoint(source: Path, target: Path) -> list[FoundLock]:
    """Merges every lock of a checkpoint back into one weight; the source is only read.

    The weight is ``C W̃`` computed in float64 and rounded once, to the dtype of the original where ``specdef.json``
    says it, else to that of the pair.
    **Returns.** The locks that were found and merged.
    **Raises.** :class:`~specbound.core.errors.InvalidInput` for a checkpoint without locks, or with one of which one
    half or the side is not known; then there is nothing at the target.
    """
    checkpoint = open_checkpoint(source)
    recorded = read_record(source)
    found = find_locks(checkpoint)
    if not found:
        raise InvalidInput(f"{source} has no locks; there is nothing to unlock")
    locks: dict[str, FoundLock] = {}
    gone = {lock.compensator for lock in found}
    for lock in found:
        said = recorded.get(lock.layer)
        side = lock.side or (said.stored_side if said else None)
        if lock.deformed is None or side is None:
            half = "its deformed weight" if lock.deformed is None else "the side of its compensator"
            raise InvalidInput(f"{lock.layer}: {half} is not known, so it cannot be merged; keep {RECORD} beside it")
        if lock.deformed in locks or lock.deformed in gone:
            raise InvalidInput(f"several locks act on {lock.deformed}, in an order that is not known; merge them")
        _refuse_unfit(checkpoint, lock.deformed, lock.compensator, side)
        locks[lock.deformed] = replace(lock, side=side)

    def unlocked(name: str, entry: Entry) -> Iterator[Part]:
        if name in gone:
            return
        if name not in locks:
            yield _kept(checkpoint, name, entry)
            return
        lock = locks[name]
        shape = checkpoint.places[lock.compensator][1].shape
        shape = (entry.shape[0], *shape[1:]) if lock.side == "before" and len(shape) > 2 else entry.shape
        dtype = recorded[lock.layer].original_dtype if lock.layer in recorded else entry.dtype
        whole = f"{name.removesuffix(LOCKED)}.weight" if name.endswith(LOCKED) else name
        names = (lock.compensator, name) if lock.side == "after" else (name, lock.compensator)
        yield Part(whole, dtype, shape, lambda: bytes_of(_product(checkpoint, *names, dtype)))

    rewrite(checkpoint, target, unlocked)
    return found


@dataclass(frozen=True)
class _Pair:
    """The two tensors that take the place of a weight, made when the first is due."""

    checkpoint: Checkpoint
    layer: str
    entry: Entry
    spec: Spec
    dtype: str
    transposed: bool
    record: list[dict[str, Any]]

    def parts(self) -> Iterator[Part]:
        rows, columns = matrix_shape(self.entry.shape, self.transposed)
        size = rows if self.spec.side == "after" else columns
        inner = self.entry.shape[1:] if len(self.entry.shape) > 2 else None
        deformed, compensator = self.entry.shape, (size, size)
        if inner is not None:
            ones = (1,) * (len(inner) - 1)
            after = self.spec.side == "after"
            deformed = self.entry.shape if after else (rows, columns, *ones)
            compensator = (size, size, *ones) if after else (columns, *inner)
        made: list[Tensor] = []

        def first() -> Iterator[memoryview]:
            made.extend(self._pair())
            yield from bytes_of(made.pop(0))

        yield Part(f"{self.layer}{LOCKED}", self.dtype, deformed, first)
        yield Part(f"{self.layer}{COMPENSATOR}", self.dtype, compensator, lambda: bytes_of(made.pop()))

    def _pair(self) -> list[Tensor]:
        stored = self.checkpoint.tensor(f"{self.layer}.weight").flatten(1)
        weight = stored.T if self.transposed else stored
        try:
            pair = make_pair(weight, self.spec, getattr(torch, FLOATS[self.dtype]))
        except InvalidInput as error:
            raise InvalidInput(f"{self.layer}: {error}") from None
        other = {"after": "before", "before": "after"}
        self.record.append(
            {
                "layer": self.layer,
                "shape": list(self.entry.shape),
                "original_dtype": self.entry.dtype,
                "dtype": self.dtype,
                "form": pair.form,
                "stored_side": other[pair.side] if self.transposed else pair.side,
                "error": pair.error,
                "ceiling": pair.ceiling,
            }
        )
        parts = [pair.deformed, pair.compensator]
        return [part.T for part in parts] if self.transposed else parts


def _refuse_unfit(checkpoint: Checkpoint, deformed: str, compensator: str, side: str) -> None:
    shapes = [checkpoint.places[name][1].shape for name in (deformed, compensator)]
    (rows, columns), (size, _) = map(matrix_shape, shapes)
    if size != (rows if side == "after" else columns):
        raise InvalidInput(
            f"{deformed} of shape {list(shapes[0])} and {compensator} of shape {list(shapes[1])} are no pair with the "
            f"compensator {side} the weight; get the checkpoint again"
        )


def _product(checkpoint: Checkpoint, left: str, right: str, dtype: str) -> Tensor:
    first, second = (checkpoint.tensor(name).flatten(1) for name in (left, right))
    return merged(first, second, getattr(torch, FLOATS[dtype]))


def _kept(checkpoint: Checkpoint, name: str, entry: Entry) -> Part:
    return Part(name, entry.dtype, entry.shape, lambda: checkpoint.content(name))
