"""The fewest steps over recipes, and what becomes of runs that blow up."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, nan

import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss

from specbound.attacks import optimizer_only
from specbound.attacks.attacked import Optimizer
from specbound.certification import race as racing
from specbound.certification.race import Recipe, race
from specbound.core.errors import InvalidInput
from specbound.training.outcome import Outcome, Run

TARGET = 4e-4
"""Of the line below, from a loss of 4: a step with η multiplies it by (1 − 2η)²."""

STEPS = {0.1: 21, 0.25: 7, 0.4: 3}
"""The least n with (1 − 2η)²ⁿ ≤ 1e-4."""


def _line() -> nn.Module:
    line = nn.Linear(1, 1, bias=False).double()
    nn.init.ones_(line.weight)
    return line


DATA = torch.ones(1, 1, dtype=torch.float64), torch.full((1, 1), 3.0, dtype=torch.float64)


def _race(rates: Sequence[float], budget: int = 50, target: float | None = TARGET, optimizer: str = "sgd"):
    return race(_line(), mse_loss, DATA, [Recipe(optimizer, tuple(rates))], budget, target)


@pytest.fixture
def budgets(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The budgets that runs are given, as they come."""
    seen: list[int] = []
    original = racing.fine_tune

    def watched(model, loss, data, optimizer, steps, *arguments, **options):
        seen.append(steps)
        return original(model, loss, data, optimizer, steps, *arguments, **options)

    monkeypatch.setattr(racing, "fine_tune", watched)
    return seen


@pytest.mark.parametrize("rates", [(0.1, 0.25, 0.4), (0.4, 0.25, 0.1), (0.25, 0.4, 0.1)])
def test_the_fewest_steps_count_in_any_order(rates: tuple[float, ...]) -> None:
    found = _race(rates)
    assert (found.steps, found.optimizer, found.rate, found.outcome) == (3, "sgd", 0.4, "reached")
    assert found.start == 4
    assert found.loss <= TARGET


def test_once_the_target_is_reached_others_get_fewer_steps(budgets: list[int]) -> None:
    _race((0.1, 0.25, 0.4, 0.3))
    assert budgets == [50, STEPS[0.1] - 1, STEPS[0.25] - 1, STEPS[0.4] - 1]


def test_none_is_run_after_one_that_needs_a_single_step(budgets: list[int]) -> None:
    assert _race((0.5, 0.4)).steps == 1
    assert len(budgets) == 1


def test_a_later_recipe_that_needs_as_many_steps_does_not_win() -> None:
    recipes = [Recipe("sgd", (0.4,)), Recipe("momentum", (0.4,)), Recipe("sgd", (0.4,))]
    found = race(_line(), mse_loss, DATA, recipes, 50, TARGET)
    assert (found.optimizer, found.steps) == ("sgd", 3)


def test_recipes_of_several_optimizers_are_all_tried() -> None:
    found = race(_line(), mse_loss, DATA, [Recipe("adam", (1e-3,)), Recipe("sgd", (0.4,))], 50, TARGET)
    assert (found.optimizer, found.steps) == ("sgd", 3)


def test_a_target_that_is_not_reached_has_no_steps_and_the_lowest_loss() -> None:
    found = _race((0.01, 0.1, 0.001), budget=10)
    assert found.steps is None
    assert (found.rate, found.outcome) == (0.1, "budget")
    assert found.loss == pytest.approx(4 * 0.8**20)


def test_without_a_target_the_lowest_loss_in_the_end_is_found() -> None:
    found = _race((0.1, 0.4, 0.01), budget=5, target=None)
    assert (found.steps, found.rate) == (None, 0.4)
    assert found.loss == pytest.approx(4 * 0.2**10)


def test_the_model_is_left_as_it_is() -> None:
    line = _line()
    race(line, mse_loss, DATA, [Recipe("sgd", (0.4,))], 5, None)
    assert line.get_parameter("weight").item() == 1
    assert line.get_parameter("weight").grad is None


def test_the_optimizer_is_the_one_that_the_attack_makes_of_it() -> None:
    asked: list[Optimizer] = []

    def wrapped(optimizer: Optimizer) -> Optimizer:
        asked.append(optimizer)
        return torch.optim.SGD

    found = race(_line(), mse_loss, DATA, [Recipe("adam", (0.4,))], 50, TARGET, wrapped)
    assert (found.optimizer, found.steps, asked) == ("adam", 3, ["adam"])


def test_runs_that_end_in_no_number_lose() -> None:
    # The loss grows by (1 − 2e30)² a step, so that it is infinite after a few.
    found = _race((1e30, 0.4))
    assert (found.steps, found.rate) == (3, 0.4)
    alone = _race((1e30,))
    assert (alone.steps, alone.outcome, alone.loss) == (None, "diverged", 4)
    assert _race((1e30,), target=None).loss == inf


def _given(monkeypatch: pytest.MonkeyPatch, *runs: Run) -> None:
    waiting = list(runs)
    monkeypatch.setattr(racing, "fine_tune", lambda *_, **__: waiting.pop(0))


LUCKY = Run(Outcome.CATAPULTED, None, (1.0, 3.0, 0.01), seconds=1.0)
STEADY = Run(Outcome.BUDGET, None, (1.0, 0.7, 0.5), seconds=1.0)


@pytest.mark.parametrize("runs", [(LUCKY, STEADY), (STEADY, LUCKY)])
def test_a_run_that_blew_up_sets_no_reference(monkeypatch: pytest.MonkeyPatch, runs: tuple[Run, ...]) -> None:
    _given(monkeypatch, *runs)
    found = _race((0.1, 0.2), budget=2, target=None)
    assert (found.loss, found.outcome, found.rate) == (0.5, "budget", (0.1, 0.2)[runs.index(STEADY)])


def test_the_loss_in_the_end_counts_for_a_reference_not_one_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    _given(monkeypatch, Run(Outcome.BUDGET, None, (1.0, 0.1, 0.9), seconds=1.0), STEADY)
    found = _race((0.1, 0.2), budget=2, target=None)
    assert (found.loss, found.rate) == (0.5, 0.2)


def test_an_attacker_that_blew_up_and_came_back_has_reached_it_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    _given(monkeypatch, Run(Outcome.CATAPULTED, 2, (1.0, 3.0, 0.01), seconds=1.0), STEADY)
    found = _race((0.1, 0.2), budget=2, target=0.1)
    assert (found.steps, found.outcome) == (2, "catapulted")


@pytest.mark.parametrize("error", [InvalidInput("singular"), racing.LinAlgError("singular")])
def test_a_run_that_raises_leaves_the_others_in_the_race(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    original = racing.fine_tune

    def raising(model, loss, data, optimizer, steps, target, lr):
        if lr > 1:
            raise error
        return original(model, loss, data, optimizer, steps, target, lr=lr)

    monkeypatch.setattr(racing, "fine_tune", raising)
    found = _race((2.0, 0.4, 2.5))
    assert (found.steps, found.lost) == (3, {"sgd": "singular"})
    with pytest.raises(type(error), match="singular"):
        _race((2.0, 2.5))


def test_steps_are_timed_in_turn_and_the_least_times_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(racing, "ROUNDS", 2)
    seconds = (9.0, 2.0, 6.0, 60.0)
    _given(monkeypatch, *(Run(Outcome.BUDGET, None, (1.0, 0.9, 0.8), seconds=one) for one in seconds))
    assert racing.step_time(optimizer_only(_line()), _line(), mse_loss, DATA, "sgd", 0.1) == 3.0


def test_an_unknown_optimizer_is_told_with_the_nearest() -> None:
    with pytest.raises(InvalidInput, match="unknown optimizer 'adm'; the nearest known: adam"):
        Recipe("adm", (0.1,))


@pytest.mark.parametrize("rates", [(), (0.0,), (-0.1,), (0.1, inf), (nan,)])
def test_learning_rates_are_positive_numbers(rates: tuple[float, ...]) -> None:
    with pytest.raises(InvalidInput, match="required: positive numbers"):
        Recipe("sgd", rates)


def test_a_recipe_survives_json() -> None:
    recipe = Recipe("adam", (0.1, 1e-7))
    assert Recipe.from_json(recipe.to_json()) == recipe
