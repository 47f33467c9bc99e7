"""The largest stable learning rate of an optimizer, from given parameters, by running it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import Any

import torch
from torch import Tensor, nn

from specbound.core.errors import InvalidInput
from specbound.curvature.data import Loss, batches, kept
from specbound.training.gradient import Gradient
from specbound.training.loop import refuse_not_finite, refuse_without_closure
from specbound.training.optimizers.known import build, needs_graph

STEPS = 50
"""Steps within which the loss must not rise."""

RISE = 1e-9
"""A rise that counts, over the loss."""

RESOLUTION = 0.01
"""How far apart, relatively, the bounds on the limit are in the end."""

FIRST_MOVED = 2
"""The step by which an optimizer has to move something; SOAP only prepares in its first."""

PROMISED = 0.75
"""Share of the decrease to first order that a learning rate has to bring to be small enough to begin with."""

SMALLEST, LARGEST = 1e-30, 1e12
"""Learning rates beyond which no limit is looked for."""

FACTOR = 2.0
"""Between one learning rate of the scan and the next."""


@dataclass(frozen=True)
class StabilityLimit:
    """``learning_rate``: the limit, between ``low``, at which the loss did not rise, and ``high``, at which it did.

    ``high`` is infinite, and all three with it, where the loss never rose up to the largest learning rate tried.
    ``runs``: how many descents were begun, two at a learning rate where the first step is looked at apart.
    """

    learning_rate: float
    low: float
    high: float
    runs: int


def stability_limit(
    model: nn.Module,
    loss: Loss,
    data: Any,
    optimizer: str | type[torch.optim.Optimizer],
    start: float = 1e-3,
    **optimizer_options: Any,
) -> StabilityLimit:
    """The learning rate below the first at which the full-batch loss rises within 50 steps from these parameters.

    A rise is one by more than 1e-9 of the loss from one step to the next, and 16 units of roundoff, in the format of
    the parameters, of the loss at the start. From ``start`` the learning rate is lowered by 10 until the loss does not
    rise and the first step lowers it by at least three quarters of what the gradient promises: a step that is far too
    large may also saturate a network, after which nothing rises. From there it is raised by factors of 2 until the loss
    rises, and the last two are bisected, by ratio, until they are 1 % apart. It is a statement about this point, these
    steps and full batches: a larger step may jump to a flatter place and go on.

    **Parameters.** ``model``, ``loss``, ``data``: as in :func:`specbound.top_singular_value`; the model is left as it
    is. ``optimizer``: a ``torch.optim.Optimizer`` class, or a name of
    :data:`~specbound.training.optimizers.known.KNOWN`; its options but ``lr`` follow. ``start``: positive.
    **Returns.** A :class:`StabilityLimit`, in the units of the learning rate.
    **Accuracy.** To 1 %; a rise between two learning rates of the scan that a smaller one does not show is missed.
    **Raises.** :class:`InvalidInput` for a start out of range, data that are not finite, a point from which no step
    lowers the loss as its gradient promises, as where that vanishes; else as
    :func:`~specbound.training.loop.fine_tune`.

    >>> line = nn.Linear(1, 1, bias=False).double()
    >>> data = torch.ones(1, 1, dtype=torch.float64), torch.full((1, 1), 3.0, dtype=torch.float64)
    >>> limit = stability_limit(line, nn.functional.mse_loss, data, torch.optim.SGD)
    >>> abs(limit.learning_rate - 1) < 0.01  # the loss is (w − 3)², its curvature 2
    True
    """
    if "lr" in optimizer_options:
        raise InvalidInput("lr is what is looked for; leave it out of the options, or give start")
    if not SMALLEST <= start <= LARGEST:
        raise InvalidInput(f"start = {start}; required: a learning rate from {SMALLEST:g} to {LARGEST:g}")
    data = kept(data)
    refuse_not_finite(batches(data))
    tried = 0

    def run(learning_rate: float) -> _Descent:
        nonlocal tried
        tried += 1
        return _Descent(copy.deepcopy(model), loss, data, optimizer, {**optimizer_options, "lr": learning_rate})

    low = start
    while not run(low).begins_as_promised() or run(low).rises():
        low /= 10
        if low < SMALLEST:
            raise InvalidInput(
                f"no step of this optimizer, with learning rates down to {SMALLEST:g}, lowers the loss as the gradient "
                "promises: the point is critical, or the steps lead elsewhere"
            )
    high = low * FACTOR
    while not run(high).rises():
        low, high = high, high * FACTOR
        if high > LARGEST:
            return StabilityLimit(inf, inf, inf, tried)
    while high > low * (1 + RESOLUTION):
        middle = sqrt(low * high)
        low, high = (low, middle) if run(middle).rises() else (middle, high)
    return StabilityLimit(sqrt(low * high), low, high, tried)


class _Descent:
    """A copy of a model on its way down with one learning rate."""

    def __init__(self, model: nn.Module, loss: Loss, data: Any, optimizer: Any, options: dict[str, Any]) -> None:
        self._stepper = build(optimizer, model, loss, data, **options)
        refuse_without_closure(self._stepper)
        self._gradient = Gradient(model, loss, batches(data), needs_graph(self._stepper))
        self._parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self._roundoff = max(torch.finfo(parameter.dtype).eps for parameter in self._parameters)

    def begins_as_promised(self) -> bool:
        """Whether the first step lowers the loss by most of gradient times displacement."""
        value = self._gradient()
        start = float(value.detach())
        if not isfinite(start):
            raise InvalidInput(f"the loss is {start} at the start; required: a finite number")
        before = [parameter.detach().clone() for parameter in self._parameters]
        slopes = [parameter.grad.detach().clone() for parameter in self._parameters if parameter.grad is not None]
        moves = list[Tensor]()
        for _ in range(FIRST_MOVED):
            self._gradient.step(self._stepper, value)
            moves = [after.detach() - at for after, at in zip(self._parameters, before, strict=True)]
            value = self._gradient()
            if any(bool(move.any()) for move in moves):
                break
        promised = -sum(float((slope * move).sum()) for slope, move in zip(slopes, moves, strict=True))
        return promised > 0 and start - float(value.detach()) >= PROMISED * promised

    def rises(self) -> bool:
        """Whether the loss rises from one step to the next, or stops being a finite number."""
        losses: list[float] = []
        for step in range(STEPS + 1):
            value = self._gradient()
            losses.append(float(value.detach()))
            if not isfinite(losses[-1]) or (step and self._is_a_rise(losses)):
                return True
            if step < STEPS:
                self._gradient.step(self._stepper, value)
        return False

    def _is_a_rise(self, losses: list[float]) -> bool:
        first, before, now = losses[0], losses[-2], losses[-1]
        return now - before > RISE * abs(before) + 8 * self._roundoff * abs(first)
