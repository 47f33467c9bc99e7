"""The usual setting, on a small network: locked runs go the predicted way, and whatever does not is a surprise."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
import torch
from rich.console import Console
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from specbound.campaign import Record
from specbound.locking.layers import locks_in
from tests.verify.made import MADE, record
from verify import usual_setting
from verify.usual import usual_layers

pytestmark = pytest.mark.usefixtures("_small")


class Normalised(nn.Module):
    """Five layers, each normalised, and a head that is too narrow for the usual number of directions."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(32, 32) for _ in range(5))
        self.head = nn.Linear(32, 5)

    def forward(self, hidden: Tensor) -> Tensor:
        for layer in self.layers:
            hidden = nn.functional.layer_norm(hidden + layer(hidden).tanh(), (32,))
        return self.head(hidden)


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    def problem(texts: int, seed: int) -> Any:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model, hidden = Normalised(), torch.randn(2 * texts, 32)
        targets = torch.arange(2 * texts) % 5
        return (model, cross_entropy, ({"hidden": hidden[:texts]}, targets[:texts])), (
            {"hidden": hidden[texts:]},
            targets[texts:],
        )

    monkeypatch.setattr(usual_setting, "_problem", problem)


def _run(form: str, rate: float) -> Record:
    at: dict[str, Any] = {"form": form, "rate": rate, "texts": 10, "steps": 8}
    return record("usual_setting", at, usual_setting.predict(**at, seed=0), usual_setting.measure(**at, seed=0))


@pytest.mark.parametrize("form", ["dense", "rotated"])
def test_at_a_low_rate_the_inflated_directions_train_alone(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _run(form, 1e-6)
    assert usual_setting.unexpected([found]) == []
    assert found.measurement["losses"][-1] < 0.9 * found.measurement["losses"][0]
    # Without the factor α in the learning rate, next to nothing happens.
    monkeypatch.setattr(usual_setting, "ALPHA", 1.0)
    slow = usual_setting.predict(form, 1e-6, 10, 8, 0)
    (line,) = usual_setting.unexpected([replace(found, prediction=slow)])
    assert "after step" in line


def test_only_the_inflated_directions_can_be_trained_and_the_function_is_the_same() -> None:
    (model, _, (inputs, _)), _ = usual_setting._problem(10, 0)
    for form, size in (("dense", 32), ("rotated", 25)):
        alone = usual_setting._inflated_alone(model, form, 0)
        assert {tuple(p.shape) for p in alone.parameters() if p.requires_grad} == {(32, size)}
        torch.testing.assert_close(alone(**inputs), model(**inputs), rtol=1e-4, atol=1e-5)
        # The movement stays within the inflated directions: what moves has the rank k.
        (pair, *_) = locks_in(alone).values()
        moved = torch.randn(32, size) @ pair.compensator.get_buffer("onto")
        assert torch.linalg.matrix_rank(moved) == 25


def test_nothing_is_predicted_without_a_lock_and_forgetting_at_high_rates() -> None:
    assert usual_setting.predict("unlocked", 1e-3, 10, 8, 0) == {"losses": None, "forgets": False}
    assert [usual_setting.predict("dense", rate, 10, 8, 0)["forgets"] for rate in (1e-5, 1e-3)] == [False, True]


def test_a_narrow_head_is_not_locked() -> None:
    assert usual_layers(Normalised(), 0) == [f"layers.{number}" for number in range(5)]


def test_what_does_not_forget_or_leaves_its_way_is_a_surprise() -> None:
    records = MADE["usual_setting"]
    assert usual_setting.unexpected(records) == []

    def told(place: dict[str, Any], **measured: Any) -> list[str]:
        changed = [
            replace(r, measurement={**r.measurement, **measured}) if place.items() <= r.parameters.items() else r
            for r in records
        ]
        return usual_setting.unexpected(changed)

    (line,) = told({"form": "dense", "rate": 1e-3}, accuracy=1.0)
    assert line == "rate=0.001: locked models are as good on held-out texts, 0.60, as unlocked ones, 0.60"
    assert told({"form": "dense", "rate": 1e-3}, accuracy=0.9) == []
    (line,) = told({"form": "dense", "rate": 1e-6}, losses=[1.6, 1.17, 0.9])
    assert "loss 1.17 after step 1; predicted 1.1" in line
    # Once it is halved, rounding and all else have their say.
    assert told({"form": "dense", "rate": 1e-6}, losses=[1.6, 1.1, 0.9, 0.2]) == []


def test_the_table_tells_steps_and_accuracy() -> None:
    stream = StringIO()
    usual_setting.show(MADE["usual_setting"], Console(file=stream, width=80))
    rows = {line.split()[0]: line.split()[1:] for line in stream.getvalue().splitlines() if " ." in line}
    assert rows["unlocked"] == ["–", ".20", "4", ".60", "3", ".60"]
    assert rows["dense"] == ["3", ".50", "–", ".20", "–", ".20"]
