"""Which parameters a curvature is taken in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import torch
from torch import nn

from specbound.core.errors import InvalidInput
from specbound.core.names import matching_names

Names: TypeAlias = str | Iterable[str] | None


def chosen_parameters(model: nn.Module, params: Names = None) -> dict[str, nn.Parameter]:
    """The chosen parameters by name, in the order of ``model.named_parameters()``; tied ones once.

    **Parameters.** ``params``: None for all trainable parameters; a name or glob, or several. A name or glob chooses
    parameters whether or not they are trainable, and a tied parameter by any of its names.
    **Raises.** :class:`InvalidInput` for a model without parameters, a name that matches none, and parameters that
    differ in device or dtype or are neither float32 nor float64.
    """
    if not isinstance(model, nn.Module):
        raise InvalidInput(f"the model is a {type(model).__name__}; a torch.nn.Module is required")
    first_names = {parameter: name for name, parameter in model.named_parameters()}
    if not first_names:
        raise InvalidInput(f"the model {type(model).__name__} has no parameters, so there is no curvature to compute")
    if params is None:
        chosen = {parameter for parameter in first_names if parameter.requires_grad}
        if not chosen:
            raise InvalidInput(
                f"no parameter of {type(model).__name__} is trainable: all have requires_grad=False; name those meant"
            )
    else:
        chosen = _matching(model, params)
    found = {name: parameter for parameter, name in first_names.items() if parameter in chosen}
    _check_kind(found)
    return found


def _matching(model: nn.Module, params: str | Iterable[str]) -> set[nn.Parameter]:
    every = dict(model.named_parameters(remove_duplicate=False))
    patterns: list[Any] = [params] if isinstance(params, str) else list(params)
    if not patterns:
        raise InvalidInput("params is empty; give a name or glob, or None for all trainable parameters")
    for pattern in patterns:
        if not isinstance(pattern, str):
            raise InvalidInput(f"params holds a {type(pattern).__name__}; names or globs are required")
    return {every[name] for name in matching_names("parameter", patterns, every, every)}


def _check_kind(found: dict[str, nn.Parameter]) -> None:
    for name, parameter in found.items():
        if isinstance(parameter, nn.UninitializedParameter):
            raise InvalidInput(f"parameter {name!r} is not initialised yet; run a batch through the model first")
        if parameter.dtype not in (torch.float32, torch.float64):
            raise InvalidInput(
                f"parameter {name!r} has dtype {parameter.dtype}; float32 or float64 is required: model.double()"
            )
    for what in ("dtype", "device"):
        kinds = {str(getattr(parameter, what)) for parameter in found.values()}
        if len(kinds) > 1:
            raise InvalidInput(f"the chosen parameters have more than one {what}: {', '.join(sorted(kinds))}")
