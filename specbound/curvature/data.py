"""The data that a loss is averaged over: one batch, or several that may be ragged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from torch import Tensor, nn

from specbound.core.errors import InvalidInput

Loss: TypeAlias = Callable[[Any, Any], Tensor]
"""``loss(outputs, targets)``: a scalar, the mean over the samples of the batch."""

REQUIRED = "data is (inputs, targets) or an iterable of such pairs; inputs is a tensor, a tuple or a mapping"


@dataclass(frozen=True)
class Batch:
    """Inputs as a model takes them, the targets, and the batch's share of all samples, dimensionless in (0, 1]."""

    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    targets: Any
    share: float

    def outputs(self, model: nn.Module) -> Any:
        """What the model makes of the inputs."""
        return model(*self.arguments, **self.keywords)


def kept(data: Any) -> Any:
    """The data in a form that can be read again: a generator of batches as a list."""
    return data if isinstance(data, tuple) and len(data) == 2 else list(data)


def batches(data: Any) -> tuple[Batch, ...]:
    """The batches of ``data``, kept, so that a generator is read once only.

    **Parameters.** ``data``: a tuple ``(inputs, targets)``, or any other iterable of such pairs. ``inputs``: a tensor,
    a tuple (passed on as ``*args``) or a mapping (as ``**kwargs``). The samples of a batch are counted along the first
    dimension of the first tensor of its inputs.
    **Returns.** Batches with shares that sum to 1: a batch counts by its number of samples, so ragged batches give the
    mean over samples.
    **Raises.** :class:`InvalidInput` for anything else.
    """
    pairs: list[Any]
    if isinstance(data, tuple) and len(data) == 2:
        pairs = [data]
    elif isinstance(data, Iterable) and not isinstance(data, (str, bytes, Mapping, Tensor)):
        pairs = list(data)
    else:
        raise InvalidInput(f"the data is a {type(data).__name__}; {REQUIRED}")
    if not pairs:
        raise InvalidInput(f"the data holds no batch; {REQUIRED}")
    read = [_read(pair, f"batch {number}") for number, pair in enumerate(pairs)]
    total = sum(count for _, _, _, count in read)
    return tuple(Batch(arguments, keywords, targets, count / total) for arguments, keywords, targets, count in read)


def _read(pair: Any, name: str) -> tuple[tuple[Any, ...], Mapping[str, Any], Any, int]:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise InvalidInput(f"{name} is a {type(pair).__name__}{_length(pair)} instead of a pair; {REQUIRED}")
    inputs, targets = pair
    if isinstance(inputs, Tensor):
        arguments, keywords = (inputs,), {}
    elif isinstance(inputs, tuple):
        arguments, keywords = inputs, {}
    elif isinstance(inputs, Mapping):
        arguments, keywords = (), dict(inputs)
    else:
        raise InvalidInput(f"the inputs of {name} are a {type(inputs).__name__}; {REQUIRED}")
    first = next((value for value in (*arguments, *keywords.values()) if isinstance(value, Tensor)), None)
    if first is None or first.ndim == 0:
        raise InvalidInput(f"the inputs of {name} hold no tensor with a batch dimension, so its samples are not known")
    if len(first) == 0:
        raise InvalidInput(f"{name} holds no sample; leave empty batches out")
    return arguments, keywords, targets, len(first)


def _length(value: Any) -> str:
    return f" of {len(value)}" if hasattr(value, "__len__") else ""
