"""Which weights of a checkpoint are locked, and which cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from specbound.checkpoints import Checkpoint
from specbound.checkpoints.header import FLOATS
from specbound.core.errors import InvalidInput, unknown_name
from specbound.core.names import matching_names
from specbound.locking.detection import LOCKED, matrix_shape
from specbound.locking.pair import Spec

LARGEST = 16
"""How many times as large as its weight a compensator may be."""


def matching_weights(checkpoint: Checkpoint, patterns: Iterable[str]) -> list[str]:
    """The layers that match, in natural order; a glob finds weights that are stored in a type to compute with."""
    weights = [name.removesuffix(".weight") for name in checkpoint.places if name.endswith(".weight")]
    pairs = {name.removesuffix(LOCKED) for name in checkpoint.places if name.endswith(LOCKED)}
    plain = [name for name in weights if not any(name in (f"{pair}.locked", f"{pair}.compensator") for pair in pairs)]
    matrices = [name for name in plain if len(checkpoint.places[f"{name}.weight"][1].shape) >= 2]
    if not plain:
        raise InvalidInput(
            f"{checkpoint.path} has no weights to lock; required: tensors with names that end in .weight"
        )
    given = list(patterns)
    again = next((pattern for pattern in given if pattern in pairs), None)
    if again is not None:
        raise InvalidInput(f"{again} is locked already; unlock it first")
    found = matching_names("layer", given, plain, matrices)
    if not found:
        raise InvalidInput("no layers are named; required: names of weights without .weight, or globs on them")
    return [name for name in plain if name in found]


def refuse_unlockable(checkpoint: Checkpoint, layer: str, spec: Spec, transposed: bool) -> None:
    """Raises :class:`InvalidInput` where what is stored says that a layer cannot be locked."""
    name = f"{layer}.weight"
    _, entry = checkpoint.places[name]
    if entry.dtype not in FLOATS:
        raise InvalidInput(f"{layer} is stored as {entry.dtype}; required: {', '.join(FLOATS)}, not a quantized weight")
    if len(entry.shape) < 2 or entry.start == entry.stop:
        raise InvalidInput(f"{layer} has the shape {list(entry.shape)}; required: a matrix or a kernel")
    if transposed and len(entry.shape) > 2:
        raise InvalidInput(f"{layer} is a kernel of shape {list(entry.shape)}, which is not stored transposed")
    rows, columns = matrix_shape(entry.shape, transposed)
    bias = checkpoint.places.get(f"{layer}.bias")
    if bias is not None and bias[1].shape != (rows,):
        remedy = "leave out --transposed" if transposed else "give --transposed if it is stored as (inputs, outputs)"
        raise InvalidInput(f"{layer} has {rows} outputs but a bias of shape {list(bias[1].shape)}; {remedy}")
    size = rows if spec.side == "after" else columns
    if size * size > LARGEST * rows * columns:
        other = "before" if spec.side == "after" else "after"
        raise InvalidInput(
            f"{layer} of {rows}×{columns} would take a compensator of {size}×{size}; "
            f"take side {other}, and leave out embeddings, which are looked up instead of multiplied"
        )
    for twin, (_, there) in checkpoint.places.items():
        alike = twin != name and (there.dtype, there.shape) == (entry.dtype, entry.shape)
        if alike and _equal(checkpoint.content(name), checkpoint.content(twin)):
            raise InvalidInput(f"{layer} equals {twin} bit for bit; if they are tied, a lock would act on one alone")


def _equal(one: Iterator[bytes], other: Iterator[bytes]) -> bool:
    return all(a == b for a, b in zip(one, other, strict=True))


def type_named(dtype: str) -> str:
    """What safetensors calls a dtype that torch calls so."""
    found = next((name for name, torch_name in FLOATS.items() if torch_name == dtype), None)
    if found is None:
        raise unknown_name("dtype", dtype, FLOATS.values())
    return found
