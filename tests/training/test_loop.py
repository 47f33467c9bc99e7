"""The loop: outcomes, records, switches, and what it refuses before it changes anything."""

from __future__ import annotations

import json
import math
from copy import deepcopy
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss

import specbound
from specbound.core.errors import InvalidInput
from specbound.training.loop import Goal, fine_tune
from specbound.training.outcome import Outcome, outcome_of

DATA = torch.ones(1, 1, dtype=torch.float64), torch.full((1, 1), 3.0, dtype=torch.float64)
"""With them the loss of :func:`line` is (w − 3)², begun at 9."""


def line() -> nn.Module:
    model = nn.Linear(1, 1, bias=False).double()
    nn.init.zeros_(model.weight)
    return model


def weight_of(model: nn.Module) -> float:
    return float(model.get_parameter("weight").detach())


@pytest.mark.parametrize(
    ("losses", "met", "outcome", "step"),
    [
        ([1.0, 0.5, 0.1], 2, Outcome.REACHED, 2),
        ([1.0, 0.5, 0.4], None, Outcome.BUDGET, None),
        ([1.0, 1.9, 0.4], None, Outcome.BUDGET, None),
        ([1.0, 2.1, 0.9], None, Outcome.CATAPULTED, None),
        ([1.0, 2.1, 0.1], 2, Outcome.CATAPULTED, 2),
        ([1.0, 1.5, 2.1, 1.5], None, Outcome.DIVERGED, 2),
        ([1.0, 2.1, 0.9, 5.0], None, Outcome.DIVERGED, 1),
        ([1.0, math.inf], None, Outcome.DIVERGED, 1),
        ([1.0, 0.5, math.nan], None, Outcome.DIVERGED, 2),
        ([1.0, 2.5, 0.5, math.nan], None, Outcome.DIVERGED, 1),
    ],
)
def test_the_outcome_follows_from_the_losses(losses, met, outcome, step) -> None:
    assert outcome_of(losses, met) == (outcome, step)


def test_a_run_ends_where_the_target_is_met() -> None:
    model = line()
    run = fine_tune(model, mse_loss, DATA, "sgd", 100, target=1e-6, lr=0.25)
    # Each step halves the distance, begun at 3.
    assert run.losses == pytest.approx([9 / 4**step for step in range(run.steps + 1)])
    assert (run.outcome, run.step, run.reached) == (Outcome.REACHED, 12, 12)
    assert (weight_of(model) - 3) ** 2 == pytest.approx(run.losses[-1])
    assert run.evaluations == run.steps + 1


def test_a_run_that_diverges_says_when_and_reaches_nothing() -> None:
    run = fine_tune(line(), mse_loss, DATA, torch.optim.SGD, 2000, target=1e-6, lr=2.0)
    assert (run.outcome, run.step, run.reached) == (Outcome.DIVERGED, 1, None)
    assert not math.isfinite(run.losses[-1])
    assert run.steps < 2000


def test_a_goal_is_asked_every_so_many_steps_and_in_the_end() -> None:
    goal = Goal(weight_of, at_least=2.0, every=3)
    run = fine_tune(line(), mse_loss, DATA, "sgd", 10, target=goal, lr=0.25)
    assert [step for step, _ in run.scores] == [0, 3]
    assert (run.outcome, run.step) == (Outcome.REACHED, 3)
    never = Goal(weight_of, at_least=4.0, every=4)
    assert [step for step, _ in fine_tune(line(), mse_loss, DATA, "sgd", 10, never, lr=0.25).scores] == [0, 4, 8, 10]


def test_batches_count_by_their_samples() -> None:
    inputs = torch.randn(7, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    targets = inputs.sum(dim=1, keepdim=True)
    whole, parted = nn.Linear(2, 1).double(), None
    parted = deepcopy(whole)
    ragged = [(inputs[:4], targets[:4]), (inputs[4:], targets[4:])]
    one = fine_tune(whole, mse_loss, (inputs, targets), "adam", 20, lr=0.1)
    other = fine_tune(parted, mse_loss, ragged, "adam", 20, lr=0.1)
    assert one.losses == pytest.approx(other.losses, rel=1e-12)


def test_clipping_shortens_a_step_to_the_threshold_and_leaves_short_ones() -> None:
    for clip, moved in ((0.5, 0.5), (1e9, 6.0)):
        model = line()
        fine_tune(model, mse_loss, DATA, "sgd", 1, clip=clip, lr=1.0)
        assert weight_of(model) == pytest.approx(moved)


def test_warm_up_begins_with_a_part_of_the_learning_rate() -> None:
    model = line()
    fine_tune(model, mse_loss, DATA, "sgd", 1, warm_up=0.0, lr=0.25)
    assert weight_of(model) == pytest.approx(1.5)
    model = line()
    run = fine_tune(model, mse_loss, DATA, "sgd", 4, warm_up=1.0, lr=0.25)
    left = [3.0]
    for part in (0.25, 0.5, 0.75, 1.0):
        left.append(left[-1] * (1 - part / 2))
    assert run.losses == pytest.approx([one**2 for one in left])


def test_weight_decay_goes_to_the_optimizer() -> None:
    model = line()
    nn.init.constant_(model.get_parameter("weight"), 3.0)
    fine_tune(model, mse_loss, DATA, "adamw", 1, lr=0.1, weight_decay=0.5)
    assert weight_of(model) == pytest.approx(3.0 * 0.95)


def test_a_run_that_dies_leaves_its_record(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"

    def score(model: nn.Module) -> float:
        if weight_of(model) > 2:
            raise RuntimeError("the machine stops")
        return 0.0

    with pytest.raises(RuntimeError, match="the machine stops"):
        fine_tune(line(), mse_loss, DATA, "sgd", 10, target=Goal(score, 1.0), log=path, lr=0.25)
    lines = [json.loads(text) for text in path.read_text().splitlines()]
    assert lines[0]["optimizer"] == "sgd"
    assert [item["step"] for item in lines[1:]] == [0, 1, 2]
    with pytest.raises(InvalidInput, match="exists already"):
        fine_tune(line(), mse_loss, DATA, "sgd", 1, log=path, lr=0.25)


def test_a_whole_run_is_in_its_record(tmp_path: Path) -> None:
    run = fine_tune(line(), mse_loss, DATA, "sgd", 3, log=tmp_path / "run.jsonl", lr=0.25)
    *steps, end = [json.loads(text) for text in (tmp_path / "run.jsonl").read_text().splitlines()][1:]
    assert [item["loss"] for item in steps] == list(run.losses)
    assert end == {"outcome": "budget", "step": None}


class Closureless(torch.optim.SGD):
    def step(self) -> None:
        super().step()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"lr": 0.0}, "lr = 0.0; required: a positive number"),
        ({"lr": -1.0}, "lr = -1.0"),
        ({"lr": math.nan}, "lr = nan"),
        ({"steps": 0}, "steps = 0"),
        ({"clip": 0.0}, "clip = 0.0"),
        ({"warm_up": 1.5}, "warm_up = 1.5"),
        ({"target": 9.0}, "the target is met at the start"),
        ({"target": Goal(weight_of, -1.0)}, "the target is met at the start"),
        ({"optimizer": Closureless}, "the step of Closureless takes no closure"),
        ({"optimizer": "adan"}, "unknown optimizer 'adan'; the nearest known"),
        ({"data": (DATA[0], torch.full((1, 1), math.nan, dtype=torch.float64))}, "NaN or infinite"),
        ({"data": (DATA[0] * math.inf, DATA[1])}, "NaN or infinite"),
        ({"loss": lambda outputs, targets: (outputs - targets).sum() * math.inf}, "the loss is -?inf at the start"),
        ({"loss": lambda outputs, targets: torch.cat([outputs, outputs])}, "a scalar tensor is required"),
    ],
)
def test_bad_input_is_refused_before_anything_moves(changed: dict, said: str, tmp_path: Path) -> None:
    model = line()
    given = {"loss": mse_loss, "data": DATA, "optimizer": "sgd", "steps": 3, "lr": 0.1, **changed}
    with pytest.raises(InvalidInput, match=said):
        fine_tune(model, log=tmp_path / "run.jsonl", **given)
    assert weight_of(model) == 0
    assert not (tmp_path / "run.jsonl").exists()


def test_a_score_asked_for_never_is_refused() -> None:
    with pytest.raises(InvalidInput, match="every 0 steps"):
        Goal(weight_of, 1.0, every=0)


def test_an_optimizer_that_differentiates_twice_runs_on_stock_attention() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True).double()
        model = nn.Sequential(layer, nn.Flatten(), nn.Linear(12, 1).double())
    data = torch.randn(6, 3, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64), torch.ones(6, 1)
    run = fine_tune(model, mse_loss, (data[0], data[1].double()), "adahessian", 5, clip=1.0, lr=0.01)
    assert run.losses[-1] < run.losses[0]


def test_what_is_public() -> None:
    assert specbound.fine_tune is fine_tune
    assert specbound.Goal is Goal
    assert specbound.Outcome is Outcome
