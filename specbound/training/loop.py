"""One loop that fine-tunes any model with any optimizer, and tells what became of it."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from specbound.core.errors import InvalidInput
from specbound.curvature.data import Batch, Loss, batches
from specbound.training.gradient import Gradient
from specbound.training.optimizers.known import build, needs_graph
from specbound.training.outcome import Run, outcome_of


@dataclass(frozen=True)
class Goal:
    """A target other than a loss: ``score(model) >= at_least``, asked after every ``every`` steps."""

    score: Callable[[nn.Module], float]
    at_least: float
    every: int = 1

    def __post_init__(self) -> None:
        if self.every < 1:
            raise InvalidInput(f"a score is asked for every {self.every} steps; required: at least 1")


def fine_tune(
    model: nn.Module,
    loss: Loss,
    data: Any,
    optimizer: str | type[torch.optim.Optimizer],
    steps: int,
    target: float | Goal | None = None,
    clip: float | None = None,
    warm_up: float = 0.0,
    log: Path | None = None,
    **optimizer_options: Any,
) -> Run:
    """Trains the trainable parameters of a model in place, on all data in every step, until the target is met.

    **Parameters.** ``loss``, ``data``: as in :func:`specbound.top_singular_value`; the gradient is that of the mean
    over all data, summed batch by batch. ``optimizer``: a name of
    :data:`~specbound.training.optimizers.known.KNOWN`, or a ``torch.optim.Optimizer`` class; options such as ``lr`` and
    ``weight_decay`` go to it. ``steps``: the budget. ``target``: a loss to come down to, a :class:`Goal`, or None.
    ``clip``: the norm to which the gradient over all parameters is clipped. ``warm_up``: the share of the budget over
    which the learning rate rises linearly from its first part to ``lr``, in [0, 1]. ``log``: a new file that gets a
    line of JSON for each step as soon as it is made, so that a run that dies leaves its record.
    **Returns.** A :class:`Run`; the model is as its last loss says.
    **Raises.** :class:`InvalidInput` for a learning rate, budget, clip or warm-up out of range, data that are not
    finite, a target already met, an optimizer whose step takes no closure, a loss that is not finite at the start;
    :class:`~specbound.numeric.ops.NotAvailable` where the optimizer's library is missing.

    >>> line = nn.Linear(1, 1, bias=False).double()
    >>> data = torch.ones(1, 1, dtype=torch.float64), torch.full((1, 1), 3.0, dtype=torch.float64)
    >>> run = fine_tune(line, nn.functional.mse_loss, data, "sgd", steps=100, target=1e-6, lr=0.25)
    >>> run.outcome.value, run.losses[-1] <= 1e-6
    ('reached', True)
    """
    _check(steps, clip, warm_up)
    read = batches(data)
    refuse_not_finite(read)
    stepper = build(optimizer, model, loss, data, **optimizer_options)
    refuse_without_closure(stepper)
    gradient = Gradient(model, loss, read, needs_graph(stepper), clip)
    rising = max(1, round(warm_up * steps))
    schedule = LambdaLR(stepper, lambda step: min(1.0, (step + 1) / rising))
    start = time.perf_counter()
    value = gradient()
    losses, scores = [float(value.detach())], list[tuple[int, float]]()
    if not isfinite(losses[0]):
        raise InvalidInput(f"the loss is {losses[0]} at the start; required: a finite number")
    if _meets(target, model, losses[0], scores):
        raise InvalidInput("the target is met at the start, so there is nothing to train; ask for more")
    record = _Record(log, {"optimizer": str(optimizer), "steps": steps, "clip": clip, "warm_up": warm_up})
    record.add({"step": 0, "loss": losses[0]})
    met: int | None = None
    for step in range(1, steps + 1):
        gradient.step(stepper, value)
        schedule.step()
        value = gradient()
        losses.append(float(value.detach()))
        record.add({"step": step, "loss": losses[-1]})
        if not isfinite(losses[-1]):
            break
        if _is_asked(target, step, step == steps) and _meets(target, model, losses[-1], scores, step):
            met = step
            break
    outcome, when = outcome_of(losses, met)
    record.add({"outcome": outcome.value, "step": when})
    return Run(outcome, when, tuple(losses), tuple(scores), gradient.evaluations, time.perf_counter() - start)


class _Record:
    """A line of JSON for each thing added, on disk at once, where there is a file for it."""

    def __init__(self, path: Path | None, header: dict[str, Any]) -> None:
        self._path = path
        if path is not None:
            try:
                path.touch(exist_ok=False)
            except FileExistsError:
                raise InvalidInput(f"{path} exists already; a run's record goes into a new file") from None
        self.add(header)

    def add(self, content: dict[str, Any]) -> None:
        if self._path is not None:
            with self._path.open("a") as stream:
                stream.write(json.dumps(content) + "\n")


def _is_asked(target: float | Goal | None, step: int, last: bool) -> bool:
    return last or not isinstance(target, Goal) or step % target.every == 0


def _meets(
    target: float | Goal | None, model: nn.Module, loss: float, scores: list[tuple[int, float]], step: int = 0
) -> bool:
    if not isinstance(target, Goal):
        return target is not None and loss <= target
    with torch.no_grad():
        score = float(target.score(model))
    scores.append((step, score))
    return score >= target.at_least


def _check(steps: int, clip: float | None, warm_up: float) -> None:
    if steps < 1:
        raise InvalidInput(f"steps = {steps}; required: at least 1")
    if clip is not None and not 0 < clip < float("inf"):
        raise InvalidInput(f"clip = {clip}; required: a positive norm, or None for no clipping")
    if not 0 <= warm_up <= 1:
        raise InvalidInput(f"warm_up = {warm_up}; required: a share of the steps, from 0 to 1")


def refuse_not_finite(read: tuple[Batch, ...]) -> None:
    for number, batch in enumerate(read):
        for value in (*batch.arguments, *batch.keywords.values(), batch.targets):
            if isinstance(value, Tensor) and value.is_floating_point() and not bool(torch.isfinite(value).all()):
                raise InvalidInput(f"batch {number} holds numbers that are NaN or infinite; required: finite data")


def refuse_without_closure(stepper: torch.optim.Optimizer) -> None:
    if "closure" not in inspect.signature(stepper.step).parameters:
        raise InvalidInput(
            f"the step of {type(stepper).__name__} takes no closure; required: step(closure), as torch.optim has it"
        )
