"""Names the module at fault, by running the model once more with hooks after something has failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from specbound.core.errors import InvalidInput

Run: TypeAlias = Callable[[], Any]
"""A forward pass of the model, to be repeated."""
Guilty: TypeAlias = Callable[[nn.Module, tuple[Any, ...], Mapping[str, Any], Any], bool]
"""Whether a module's call, by its arguments, keywords and output, is what is looked for."""


def not_finite(model: nn.Module, run: Run) -> str:
    """Where the first number that is not finite arises, in words."""
    name = _first(model, run, lambda module, args, kwargs, output: not all(map(_finite, tensors_in(output))))
    if name is None:
        return "all outputs of the model's modules are finite, so it arises in the loss function"
    return f"the first output that is not finite is that of {name}; look at its inputs and parameters"


def cut_off(model: nn.Module, run: Run) -> str:
    """Why a loss does not depend on the chosen parameters, in words."""
    name = _first(model, run, _cuts)
    if name is not None:
        return f"the output of {name} is cut off from its inputs and parameters, by an operation without gradient"
    if any(map(_varies, tensors_in(run()))):
        return "the model's outputs depend on them, so the loss function cuts them off"
    return "the forward pass does not use them"


@contextmanager
def forward_located(model: nn.Module, run: Run) -> Iterator[None]:
    """Turns torch's ``RuntimeError`` of a forward pass into one that names the innermost module it arose in."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise InvalidInput(f"the forward pass fails in {_raising(model, run)}: {error}") from error


@contextmanager
def derivatives_located(model: nn.Module, run: Run) -> Iterator[None]:
    """Turns torch's ``RuntimeError`` of a derivative into one that names the first module that has no second one."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        name = _first(model, run, _resists) or "the loss function"
        raise InvalidInput(
            f"{name} cannot be differentiated twice: {error} (an operation without double backward, or an in-place one "
            "that overwrites what it needs; write it out of place, from operations that torch differentiates twice)"
        ) from error


def tensors_in(value: Any) -> list[Tensor]:
    """All floating tensors in nested tuples, lists and mappings."""
    if isinstance(value, Tensor):
        return [value] if value.is_floating_point() else []
    if isinstance(value, Mapping):
        value = list(value.values())
    return [tensor for item in value for tensor in tensors_in(item)] if isinstance(value, (tuple, list)) else []


def _first(model: nn.Module, run: Run, guilty: Guilty) -> str | None:
    """The first module to return from a guilty call; children return before their parents."""
    found: list[nn.Module] = []
    busy = False

    def look(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        nonlocal busy
        if found or busy:
            return
        busy = True
        if guilty(module, args, kwargs, output):
            found.append(module)
        busy = False

    with ExitStack() as hooks, suppress(RuntimeError):
        for module in model.modules():
            hooks.callback(module.register_forward_hook(look, with_kwargs=True).remove)
        run()
    return _name(model, found[0]) if found else None


def _raising(model: nn.Module, run: Run) -> str:
    active: list[nn.Module] = []
    with ExitStack() as hooks, suppress(RuntimeError):
        for module in model.modules():
            hooks.callback(module.register_forward_pre_hook(lambda module, _: active.append(module)).remove)
            hooks.callback(module.register_forward_hook(lambda *_: active.pop() and None).remove)
        run()
    return _name(model, active[-1] if active else model)


def _name(model: nn.Module, module: nn.Module) -> str:
    name = next(name for name, other in model.named_modules() if other is module)
    return f"module {name!r} ({type(module).__name__})" if name else f"the model itself ({type(module).__name__})"


def _finite(tensor: Tensor) -> bool:
    return bool(torch.isfinite(tensor).all())


def _varies(tensor: Tensor) -> bool:
    return tensor.requires_grad


def _cuts(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any], output: Any) -> bool:
    sources = [*tensors_in(args), *tensors_in(kwargs), *module.parameters(recurse=False)]
    return any(map(_varies, sources)) and not any(map(_varies, tensors_in(output)))


def _resists(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any], output: Any) -> bool:
    """Whether the module alone, on copies of its inputs, cannot be differentiated twice."""
    leaves: list[Tensor] = [parameter for parameter in module.parameters() if parameter.requires_grad]

    def copied(value: Any) -> Any:
        if isinstance(value, Tensor) and value.requires_grad:
            leaves.append(value.detach().requires_grad_())
            return leaves[-1].clone()
        if isinstance(value, Mapping):
            return {key: copied(item) for key, item in value.items()}
        return type(value)(map(copied, value)) if type(value) in (tuple, list) else value

    try:
        outputs = tensors_in(module.forward(*copied(args), **copied(kwargs)))
        total = torch.stack([tensor.square().sum() for tensor in outputs]).sum() if outputs else None
        if total is None or not total.requires_grad:
            return False
        gradients = torch.autograd.grad(total, leaves, create_graph=True, allow_unused=True)
        squares = [gradient.square().sum() for gradient in gradients if gradient is not None and gradient.requires_grad]
        if squares:
            torch.autograd.grad(torch.stack(squares).sum(), leaves, allow_unused=True)
    except RuntimeError:
        return True
    return False
