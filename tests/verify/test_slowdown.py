"""The studies on optimizers: what leaves a prediction is a surprise, and slopes are right."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from specbound.campaign import Record, read
from tests.conftest import ROOT
from verify import anomalies, invariance, real, relearning, slowdown, windows
from verify.predictions import PREDICTED
from verify.slopes import censored_slope
from verify.starts import inflated_start, locked_start
from verify.tasks import NETWORKS, task

QUICK = ROOT / "verify" / "records" / "quick"
STUDIES = {module.study.name: module for module in (anomalies, invariance, real, relearning, slowdown, windows)}


def _records(study: str) -> list[Record]:
    return read(QUICK, study)


def _changed(record: Record, **measured) -> Record:
    return replace(record, measurement={**record.measurement, **measured})


@pytest.mark.parametrize("name", STUDIES)
def test_the_committed_run_has_no_surprise(name: str) -> None:
    records = _records(name)
    assert records
    assert STUDIES[name].unexpected(records) == []


def _limits(optimizer: str) -> list[Record]:
    return [
        r for r in _records("slowdown") if r.parameters["optimizer"] == optimizer and r.parameters["network"] == "mlp"
    ]


@pytest.mark.parametrize(("optimizer", "factor"), [("sgd", 1.6), ("momentum", 0.6), ("adam", 2.5), ("muon", 0.4)])
def test_an_exponent_off_its_prediction_is_a_surprise(optimizer: str, factor: float) -> None:
    off = [
        _changed(r, limit=factor * r.measurement["limit"]) if r.parameters["alpha"] == 1e6 else r
        for r in _limits(optimizer)
        if r.parameters["steps"] == 0
    ]
    lines = [line for line in slowdown.unexpected(off) if "exponent" in line]
    assert {line.split(", ")[2].split(":")[0] for line in lines} == {"dense", "rotated"}


def test_an_absolute_limit_off_its_prediction_is_a_surprise() -> None:
    records = [r for r in _records("slowdown") if r.parameters["network"] in slowdown.EXACT]
    assert len({r.parameters["alpha"] for r in records}) >= 3
    for factor in (0.94, 1.06):
        off = _changed(records[0], limit=factor * records[0].prediction["limit"])
        (line,) = slowdown.unexpected([off])
        assert "the limit is" in line
    (line,) = slowdown.unexpected([_changed(_limits("sgd")[0], limit=2 * _limits("sgd")[0].measurement["limit"])])
    assert "the limit is" in line


def test_every_prediction_is_of_a_statement_and_an_optimizer_that_exist() -> None:
    from specbound.core.catalogue import catalog
    from specbound.training.optimizers import KNOWN

    assert set(PREDICTED) <= set(KNOWN)
    assert {prediction.statement for prediction in PREDICTED.values()} <= set(catalog())
    assert {method.statement for method in invariance.METHODS.values()} <= set(catalog())


def test_a_slope_is_fitted_through_what_was_reached_and_what_was_not() -> None:
    exact = [(alpha, round(10 * alpha**0.5), 10**6) for alpha in (1.0, 100.0, 1e4)]
    assert censored_slope(exact) == pytest.approx(0.5, abs=1e-3)
    # That nothing arrived within the budget at the largest α says that the slope is larger than through the others.
    flat = [(1.0, 10, 1000), (10.0, 12, 1000), (100.0, None, 1000), (1000.0, None, 1000)]
    seen = [point for point in flat if point[1] is not None]
    assert censored_slope(flat) > 2 * censored_slope(seen)
    assert math.isnan(censored_slope([(1.0, 10, 100), (10.0, None, 100)]))


@pytest.mark.parametrize("form", ["dense", "rotated"])
def test_what_remains_for_large_alpha_is_the_movement_of_the_inflated_directions(form: str) -> None:
    """A step of gradient descent with η moves the locked model as one with α²η moves C'U_k alone."""
    alpha, rate = 1e6, 0.1
    alone, locked = inflated_start("mlp", form, 0), locked_start("mlp", form, alpha, 0)
    for start, eta in ((alone, rate), (locked, rate / alpha**2)):
        loss = start.loss(start.model(start.data[0]), start.data[1])
        for parameter in start.model.parameters():
            if parameter.requires_grad:
                (slope,) = torch.autograd.grad(loss, parameter, retain_graph=True)
                parameter.data -= eta * slope
    with torch.no_grad():
        one, other = (start.model(start.data[0]) for start in (alone, locked))
    before = locked_start("mlp", form, 1.0, 0)
    moved = float((one - before.model(before.data[0])).detach().norm())
    assert float((one - other).norm()) < 1e-6 * moved


@pytest.mark.parametrize("network", NETWORKS)
def test_what_was_unlearned_is_not_known_and_training_is_the_same_again(network: str) -> None:
    found = task(network, 0)
    assert found.accuracy(found.unlearned) < 0.2 < found.accuracy(found.undefended)
    task.cache_clear()
    again = task(network, 0)
    for one, other in zip(found.unlearned.parameters(), again.unlearned.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_lower_end_of_a_window_is_half_a_unit_in_the_last_place() -> None:
    weight = torch.tensor([1.0, 1.5, -1.0], dtype=torch.float32)
    slope = torch.ones(3)
    # Below a power of two, where the step leads, numbers are twice as close.
    assert windows.half_unit(weight, slope).tolist() == [2.0**-25, 2.0**-24, 2.0**-24]


@pytest.mark.parametrize("end", ["upper", "lower"])
def test_a_window_that_closes_elsewhere_is_a_surprise(end: str) -> None:
    record = next(r for r in _records("windows") if r.parameters["alpha"] == 1e6 and end in r.measurement)
    (line,) = windows.unexpected([_changed(record, **{end: 1.2 * record.prediction[end]})])
    assert f"{end} end" in line


def test_runs_that_part_or_agree_against_the_prediction_are_surprises() -> None:
    records = _records("invariance")
    agreeing = next(r for r in records if r.prediction["at most"] is not None and r.prediction["until"] is None)
    (line,) = invariance.unexpected([_changed(agreeing, distances=[1e-15, 1e-3])])
    assert "apart" in line
    (line,) = invariance.unexpected([_changed(agreeing, distances=[], ended="singular")])
    assert "no step (singular)" in line
    parting = next(r for r in records if r.prediction["at most"] is None)
    (line,) = invariance.unexpected([_changed(parting, distances=[1e-15], parted=None)])
    assert "predicted to part" in line


@pytest.mark.parametrize("scene", anomalies.SCENES)
def test_a_number_elsewhere_than_predicted_is_a_surprise(scene: str) -> None:
    record = next(r for r in _records("anomalies") if r.parameters["scene"] == scene)
    (line,) = anomalies.unexpected([_changed(record, value=record.prediction["high"] + 1)])
    assert anomalies.SCENES[scene].number in line


def test_a_locked_model_that_relearns_below_the_limit_is_a_surprise() -> None:
    record = next(
        r
        for r in _records("relearning")
        if r.parameters["condition"] == "α=1e4" and r.parameters["rate"] <= r.prediction["limit"]
    )
    (line,) = relearning.unexpected([_changed(record, reached=40)])
    assert "reached after 40 steps" in line


@pytest.mark.parametrize(("attacker", "most"), [("optimizer_only", 1.0), ("merge", 1.2), ("freeze", 1.5)])
def test_a_locked_transformer_that_takes_longer_than_predicted_is_a_surprise(attacker: str, most: float) -> None:
    found = [r for r in _records("real") if (r.parameters["attacker"], r.parameters["alpha"]) == (attacker, 1e4)]
    limit = int(most * found[0].prediction["reached"])
    assert real.unexpected([_changed(found[0], reached=limit)]) == []
    for reached in (None, limit + 1 + limit // 3):
        (line,) = real.unexpected([_changed(found[0], reached=reached)])
        assert "steps; predicted" in line


def test_a_merged_transformer_that_is_faster_than_the_unlocked_one_is_a_surprise() -> None:
    record = next(r for r in _records("real") if r.parameters["attacker"] == "merge")
    (line,) = real.unexpected([_changed(record, reached=record.prediction["reached"] - 2)])
    assert "steps; predicted" in line


def test_a_cell_of_the_table_tells_steps_or_why_there_are_none() -> None:
    (record, *_) = _records("relearning")
    reached, slow, blown = (
        _changed(record, reached=steps, outcome=outcome, accuracy=0.5)
        for steps, outcome in ((40, "reached"), (None, "budget"), (None, "diverged"))
    )
    assert relearning.told([reached, reached, slow]) == "40 .50"
    assert relearning.told([reached, blown, blown]) == "† .50"
    assert relearning.told([slow]) == "– .50"
