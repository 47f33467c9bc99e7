"""How many steps a model takes to a target: the fewest over the optimizers and learning rates that are tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from math import inf, isfinite
from typing import Any

from torch import nn
from torch.linalg import LinAlgError  # pyright: ignore[reportAttributeAccessIssue]

from specbound.attacks.attacked import Attacked, Optimizer, unchanged
from specbound.core.errors import InvalidInput
from specbound.curvature.data import Loss
from specbound.training.loop import fine_tune
from specbound.training.optimizers.known import known
from specbound.training.outcome import Outcome


@dataclass(frozen=True)
class Recipe:
    """An optimizer by name, and the learning rates that are tried, in this order."""

    optimizer: str
    rates: tuple[float, ...]

    def __post_init__(self) -> None:
        known(self.optimizer)
        if not self.rates or not all(0 < rate < inf for rate in self.rates):
            raise InvalidInput(f"{self.optimizer} with learning rates {list(self.rates)}; required: positive numbers")

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Recipe:
        return cls(content["optimizer"], tuple(content["rates"]))

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"optimizer": self.optimizer, "rates": list(self.rates)}


@dataclass(frozen=True)
class Finish:
    """The best of all runs.

    ``steps``: to the target, None where no run reached it within the budget; ``optimizer``, ``rate``: of the run that
    reached it first, else of that with the lowest loss; ``outcome``: what became of that run. ``start``: the loss
    before the first step; ``loss``: the lowest of any run, or without a target the lowest at the end of one;
    ``lost``: why runs of an optimizer could not be made or ended, by
    optimizer, the last of them.
    """

    steps: int | None
    optimizer: str
    rate: float
    outcome: str
    start: float
    loss: float
    lost: Mapping[str, str] = field(default_factory=dict[str, str])

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def race(
    model: nn.Module,
    loss: Loss,
    data: Any,
    recipes: Sequence[Recipe],
    budget: int,
    target: float | None,
    wrapped: Callable[[Optimizer], Optimizer] = unchanged,
) -> Finish:
    """Trains copies of a model by every recipe and learning rate; once one reaches the target, others get fewer steps.

    **Parameters.** ``budget``: steps of the first run. ``target``: a loss; None to see how far down the budget leads.
    Then runs count whose loss never more than doubled: what others end with is a matter of luck.
    ``wrapped``: what becomes of an optimizer, as :class:`~specbound.attacks.attacked.Attacked` says.
    **Raises.** What the last run did, where every run raised.
    """
    left, reached = budget, None
    start, lowest = inf, inf
    best = (recipes[0].optimizer, recipes[0].rates[0], Outcome.DIVERGED.value)
    lost: dict[str, str] = {}
    last: Exception | None = None
    for recipe in recipes:
        for rate in recipe.rates:
            if left < 1:
                break
            try:
                run = fine_tune(deepcopy(model), loss, data, wrapped(recipe.optimizer), left, target, lr=rate)
            except (InvalidInput, LinAlgError) as error:
                lost[recipe.optimizer], last = str(error), error
                continue
            start = run.losses[0]
            seen = run.losses if target is not None else run.losses[-1:]
            found = min((value for value in seen if isfinite(value)), default=inf)
            if target is None and run.outcome is not Outcome.BUDGET:
                continue
            this = (recipe.optimizer, rate, run.outcome.value)
            if run.reached is not None:
                left, reached, best = run.reached - 1, run.reached, this
            elif reached is None and found < lowest:
                best = this
            lowest = min(lowest, found)
    if start == inf and last is not None:
        raise last
    return Finish(reached, *best, start, lowest, lost)


ROUNDS, TIMED = 8, 5
"""How often steps of an attacked and of the unlocked model are timed, in turn, and how many at a time."""


def step_time(attacked: Attacked, unlocked: nn.Module, loss: Loss, data: Any, optimizer: str, rate: float) -> float:
    """The time of a step of an attacker's, over that of the unlocked model with the same optimizer.

    Both are timed here, in turn, for other work on the machine slows them alike; the least is least disturbed.
    """
    pairs = ((attacked.model, attacked.optimizer(optimizer)), (unlocked, optimizer))
    least = [inf, inf]
    for _ in range(ROUNDS):
        for place, (model, stepper) in enumerate(pairs):
            run = fine_tune(deepcopy(model), loss, data, stepper, TIMED, lr=rate)
            least[place] = min(least[place], run.seconds / run.steps)
    return least[0] / least[1]
