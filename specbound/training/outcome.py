"""What became of a run of an optimizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import isfinite

GROWN = 2.0
"""By how much a loss exceeds that of the start where it counts as blown up: "more than doubled"."""


class Outcome(Enum):
    """How a run ended.

    ``reached``: the target was met, and the loss never more than doubled before. ``catapulted``: the loss more than
    doubled and came back to that of the start or below, whether or not the target was met then. ``diverged``: the loss
    more than doubled and did not come back, or stopped being a finite number. ``budget``: none of these; the run
    ended with its steps, so the steps to the target are censored.
    """

    REACHED = "reached"
    DIVERGED = "diverged"
    CATAPULTED = "catapulted"
    BUDGET = "budget"


@dataclass(frozen=True)
class Run:
    """A run, as it went.

    ``outcome``; ``step``: of ``diverged`` the first at which the loss had more than doubled or was not finite, of the
    others the step after which the target was met, None where it was not. ``losses``: the loss over all data after 0,
    1, … steps, in its own units; the last may be infinite or NaN. ``scores``: pairs of a step and what the target's
    score was then. ``evaluations``: how often loss and gradient were computed. ``seconds``: wall-clock time.
    """

    outcome: Outcome
    step: int | None
    losses: tuple[float, ...]
    scores: tuple[tuple[int, float], ...] = ()
    evaluations: int = 0
    seconds: float = 0.0

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return len(self.losses) - 1

    @property
    def reached(self) -> int | None:
        """The step after which the target was met, of a catapulted run too; None where it was not."""
        return None if self.outcome is Outcome.DIVERGED else self.step


def outcome_of(losses: Sequence[float], met: int | None) -> tuple[Outcome, int | None]:
    """The outcome of a run with these losses after 0, 1, … steps, whose target was met after ``met`` steps, if at all.

    >>> outcome_of([1.0, 3.0, 0.5], None)[0], outcome_of([1.0, 3.0, 2.5], None)
    (<Outcome.CATAPULTED: 'catapulted'>, (<Outcome.DIVERGED: 'diverged'>, 1))
    """
    blown = next((step for step, loss in enumerate(losses) if not loss <= GROWN * losses[0]), None)
    if blown is None:
        return (Outcome.BUDGET if met is None else Outcome.REACHED), met
    recovered = all(isfinite(loss) for loss in losses) and min(losses[blown:]) <= losses[0]
    if met is not None or (recovered and losses[-1] <= GROWN * losses[0]):
        return Outcome.CATAPULTED, met
    return Outcome.DIVERGED, blown
