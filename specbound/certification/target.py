"""What is certified: a model with what it is to be fine-tuned on, made by a factory of the user's or built in."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from specbound.core.errors import InvalidInput, line_in
from specbound.core.modules import module_at
from specbound.curvature.data import Loss, batches, kept
from specbound.curvature.linear_maps import NAMES
from specbound.locking.layers import all_lockable, locked_layers
from specbound.training.gradient import Gradient
from specbound.training.loop import refuse_not_finite

REQUIRED = "a factory returns (model, loss, data), as specbound.top_singular_value takes them"


@dataclass(frozen=True)
class Target:
    """A model without locks, the loss and the data that an attacker fine-tunes it on."""

    model: nn.Module
    loss: Loss
    data: Any

    @property
    def inputs(self) -> Any:
        """Those of the first batch."""
        return self.data[0] if isinstance(self.data, tuple) else self.data[0][0]


Factory = Callable[..., Any]


def target_of(name: str, seed: int) -> Target:
    """The target of that name, made for a seed.

    **Parameters.** ``name``: one of :data:`BUILT_IN`, or ``module:factory`` or ``file.py:factory``. A factory that
    takes an argument is called with the seed, another without any.
    **Raises.** :class:`InvalidInput` for a name that leads to no factory, a factory that raises (with the line), and
    one that returns anything else than a module with trainable parameters and layers to lock, none of them locked, a
    loss and data.
    """
    factory = factory_of(name)
    seeds = (seed,) if _takes_a_seed(factory, name) else ()
    try:
        found = factory(*seeds)
    except (Exception, SystemExit) as error:
        raise InvalidInput(f"{name}{_place_in(factory, error)}: {type(error).__name__}: {error}") from error
    return _checked(name, found)


def resolved(name: str) -> str:
    """The name with the path of a file made absolute, so that it is the same from every folder."""
    home, sign, attribute = name.rpartition(":")
    return f"{Path(home).resolve()}:{attribute}" if sign and home.endswith(".py") else name


def refuse_untrainable(name: str, target: Target) -> None:
    """Raises :class:`InvalidInput` where the loss of the model on the data, or its gradient, cannot be computed."""
    read = batches(target.data)
    try:
        refuse_not_finite(read)
        Gradient(deepcopy(target.model), target.loss, read, graph=False)()
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error}") from error
    except Exception as error:
        raise InvalidInput(f"{name}: its loss cannot be computed: {type(error).__name__}: {error}") from error


@cache
def factory_of(name: str) -> Factory:
    """The function that a name stands for."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    home, sign, attribute = name.rpartition(":")
    if not sign or not home or not attribute:
        raise InvalidInput(f"target {name!r}; required: {', '.join(BUILT_IN)}, module:factory or file.py:factory")
    module = module_at(Path(home), "target") if home.endswith(".py") else _module_named(home)
    found = getattr(module, attribute, None)
    if not callable(found):
        raise InvalidInput(f"{home} has no function {attribute!r}; {REQUIRED}")
    return found


def source_of(name: str) -> list[str]:
    """The file of a user's factory, on which results rest; none for what is built in."""
    if name in BUILT_IN:
        return []
    path = inspect.getsourcefile(inspect.unwrap(factory_of(name)))
    return [str(Path(path).resolve())] if path else []


def _module_named(name: str) -> Any:
    # As `python -m` does, so that what lies here is found by the installed command too.
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise InvalidInput(f"{name} cannot be imported: {type(error).__name__}: {error}") from error


def _place_in(factory: Factory, error: BaseException) -> str:
    """The line of the factory's file in which an error arose, where there is one."""
    own = inspect.unwrap(factory)
    line = line_in(Path(own.__code__.co_filename), error) if inspect.isfunction(own) else "?"
    return "" if line == "?" else f", line {line}"


def _takes_a_seed(factory: Factory, name: str) -> bool:
    try:
        parameters = list(inspect.signature(factory).parameters.values())
    except (TypeError, ValueError):
        return False
    required = [
        p for p in parameters if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    if len(required) > 1:
        raise InvalidInput(f"{name} asks for {', '.join(map(str, required))}; required: a seed, or nothing")
    return bool(required) or any(p.name == "seed" for p in parameters)


def _checked(name: str, found: Any) -> Target:
    if not isinstance(found, tuple) or len(found) != 3:
        length = f" of {len(found)}" if isinstance(found, tuple) else ""
        raise InvalidInput(f"{name} returned {type(found).__name__}{length}; {REQUIRED}")
    model, loss, data = found
    if not isinstance(model, nn.Module):
        raise InvalidInput(f"{name} returned {type(model).__name__} first; required: a torch.nn.Module, unlocked")
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise InvalidInput(f"{name} returned a model of which nothing is trainable; set requires_grad")
    if locked_layers(model):
        raise InvalidInput(f"{name} returned a model that is locked, at {', '.join(locked_layers(model))}; unlock it")
    if not any(all_lockable(model)):
        raise InvalidInput(f"{name} returned a model without a layer that can be locked; required: {NAMES}")
    if not callable(loss):
        raise InvalidInput(f"{name} returned {type(loss).__name__} second; required: loss(outputs, targets)")
    try:
        data = kept(data)
        batches(data)
    except (InvalidInput, TypeError) as error:
        raise InvalidInput(f"{name} returned data that cannot be read: {error}") from error
    return Target(model, cast(Loss, loss), data)


WIDTH, CLASSES, SAMPLES, BEFORE = 24, 8, 256, 60
"""Features of the built-in task, its classes, its samples, and the steps of Adam before it is fine-tuned."""


def clusters(seed: int) -> tuple[nn.Module, Loss, tuple[Tensor, Tensor]]:
    """A tanh network that tells half of some Gaussian clusters apart, to be fine-tuned on the other half; float64."""
    generator = torch.Generator().manual_seed(seed)
    centres = torch.randn(CLASSES, WIDTH, generator=generator, dtype=torch.float64)
    labels = torch.arange(SAMPLES) % CLASSES
    inputs = centres[labels] + torch.randn(SAMPLES, WIDTH, generator=generator, dtype=torch.float64)
    known = labels < CLASSES // 2
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = nn.Sequential(
            nn.Linear(WIDTH, WIDTH), nn.Tanh(), nn.Linear(WIDTH, WIDTH), nn.Tanh(), nn.Linear(WIDTH, CLASSES)
        ).double()
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(BEFORE):
        optimizer.zero_grad()
        cross_entropy(model(inputs[known]), labels[known]).backward()
        optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return model, cross_entropy, (inputs[~known], labels[~known])


BUILT_IN: dict[str, Factory] = {"clusters": clusters}
"""Targets by name, for a look at the procedure."""
