"""Loading a locked checkpoint into a model that knows nothing of locks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from specbound.checkpoints import Checkpoint, open_checkpoint
from specbound.checkpoints.header import TYPES
from specbound.core.errors import InvalidInput
from specbound.curvature.linear_maps import is_linear_map, is_transposed
from specbound.locking.detection import COMPENSATOR, LOCKED, find_locks
from specbound.locking.layers import lockable, put
from specbound.locking.module import LockedLinear
from specbound.locking.rewriting import read_record


def load_locked(model: nn.Module, path: str | Path) -> tuple[str, ...]:
    """Loads a checkpoint with locks into a model, in place: locked layers are replaced, all else is copied.

    **Parameters.** ``model``: of the architecture of the checkpoint, not locked; its dtypes must be those of the pairs.
    ``path``: a ``.safetensors`` file, the index of several, or a folder, of :func:`specbound.lock_checkpoint`.
    **Returns.** The module paths of the locked layers.
    **Raises.** :class:`InvalidInput`, before anything is changed, for tensors that the model lacks or the checkpoint
    lacks (but for tied ones), other shapes, a pair of another dtype than its layer, or a side that is not known.
    """
    checkpoint = open_checkpoint(Path(path))
    pairs = _pairs(model, checkpoint, Path(path))
    wanted = model.state_dict()
    # Buffers that are not saved today may have been when the checkpoint was written.
    accepted = {**wanted, **dict(model.named_buffers(remove_duplicate=False))}
    for layer in pairs:
        del wanted[f"{layer}.weight"], accepted[f"{layer}.weight"]
    parts = {f"{layer}{end}" for layer in pairs for end in (LOCKED, COMPENSATOR)}
    _compare(wanted, accepted, checkpoint, parts)
    for layer, pair in pairs.items():
        put(model, layer, pair)
    with torch.no_grad():
        for name, tensor in accepted.items():
            if name in checkpoint.places:
                tensor.copy_(checkpoint.tensor(name))
    return tuple(pairs)


def _pairs(model: nn.Module, checkpoint: Checkpoint, path: Path) -> dict[str, LockedLinear]:
    names = [name.removesuffix(LOCKED) for name in checkpoint.places if name.endswith(LOCKED)]
    layers = [name for name in names if f"{name}{COMPENSATOR}" in checkpoint.places]
    if not layers:
        raise InvalidInput(f"{path} holds no locked layers; load it as any other checkpoint")
    sides: dict[str, str | None] = {layer: said.stored_side for layer, said in read_record(path).items()}
    if not sides.keys() >= set(layers):
        sides = {lock.layer: lock.side for lock in find_locks(checkpoint)} | sides
    modules = dict(model.named_modules())
    found: dict[str, LockedLinear] = {}
    for layer in layers:
        if layer not in modules or not is_linear_map(modules[layer]):
            raise InvalidInput(f"{path} locks {layer}, which is no layer of this model that can be locked")
        found[layer] = _pair(lockable(model, layer), layer, checkpoint, sides.get(layer))
    return found


def _pair(module: nn.Module, layer: str, checkpoint: Checkpoint, side: str | None) -> LockedLinear:
    if side is None:
        raise InvalidInput(f"{layer}: on which side the compensator belongs is not known; keep specdef.json beside it")
    pair = [checkpoint.tensor(f"{layer}{end}") for end in (LOCKED, COMPENSATOR)]
    weight = module.get_parameter("weight")
    for part in pair:
        if part.ndim < 2:
            raise InvalidInput(
                f"{layer} is locked by a tensor of shape {list(part.shape)}; required: matrices or kernels"
            )
        if part.dtype != weight.dtype:
            raise InvalidInput(f"{layer} is locked in {part.dtype}, the model's is {weight.dtype}; convert the model")
    deformed, compensator = (part.flatten(1) for part in pair)
    rows, columns = weight.flatten(1).shape
    left, right = (compensator, deformed) if side == "after" else (deformed, compensator)
    if left.shape[0] != rows or left.shape[1] != right.shape[0] or right.shape[1] != columns:
        shapes = f"{list(left.shape)} times {list(right.shape)}"
        raise InvalidInput(f"{layer} is locked as {shapes}; the model has [{rows}, {columns}] there")
    if is_transposed(module):
        deformed, compensator, side = deformed.T, compensator.T, "before" if side == "after" else "after"
    locked = LockedLinear(module, deformed, compensator, side).to(weight.device)
    return locked.train(module.training)


def _compare(
    wanted: Mapping[str, Tensor], accepted: Mapping[str, Tensor], checkpoint: Checkpoint, parts: set[str]
) -> None:
    held = {name for name in checkpoint.places if name not in parts}
    unmade = next((name for name, tensor in accepted.items() if tensor.is_meta), None)
    if unmade is not None:
        raise InvalidInput(f"{unmade} of the model is on the meta device; make it first, with to_empty(device=...)")
    # Tied tensors lie at one place; empty ones all lie at 0.
    there = {tensor.data_ptr() for name, tensor in wanted.items() if name in held} - {0}
    missing = [name for name, tensor in wanted.items() if name not in held and tensor.data_ptr() not in there]
    unknown = sorted(held - set(accepted))
    if missing or unknown:
        lacks = f"the checkpoint lacks {', '.join(missing[:5])}" if missing else ""
        extra = f"the model lacks {', '.join(unknown[:5])}" if unknown else ""
        raise InvalidInput(f"{'; '.join(filter(None, (lacks, extra)))}; required: a model of the same architecture")
    for name in sorted(held):
        entry, tensor = checkpoint.places[name][1], accepted[name]
        if entry.shape != tuple(tensor.shape):
            raise InvalidInput(f"{name} is {list(entry.shape)} in the checkpoint and {list(tensor.shape)} in the model")
        dtype = getattr(torch, TYPES[entry.dtype]) if entry.dtype in TYPES else None
        if dtype is None or dtype.is_floating_point != tensor.is_floating_point():
            raise InvalidInput(f"{name} is {entry.dtype} in the checkpoint and {tensor.dtype} in the model; convert it")
