"""The study of recovery: a small run is as predicted, and what leaves a prediction is a surprise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from math import inf
from typing import Any

import pytest
from rich.console import Console

from specbound.attacks import ATTACKS
from specbound.campaign import Grid, Record, run
from specbound.core.catalogue import catalog
from tests.results import QUIET
from verify import recovery
from verify.tasks import NETWORKS

GRID = {"network": ["mlp"], "form": ["rotated"], "alpha": [1e6]}


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Record]]:
    """One seed of some attackers, the predictions of which are made in different ways."""
    one = ["optimizer_only", "freeze", "precondition", "merge"]
    small = [
        Grid({**GRID, "lock": ["one layer"], "attacker": one}),
        Grid({**GRID, "lock": ["two-sided"], "attacker": ["freeze"]}),
    ]
    study = replace(recovery.study, grids={"quick": small})
    with pytest.MonkeyPatch.context() as patch:
        # Small operations: a second thread would only wait for the first.
        patch.setenv("LOKY_MAX_CPU_COUNT", "1")
        yield run(study, tmp_path_factory.mktemp("recovery"), workers=1, reporter=QUIET)


def _of(records: list[Record], attacker: str, lock: str = "one layer") -> Record:
    (found,) = [r for r in records if (r.parameters["attacker"], r.parameters["lock"]) == (attacker, lock)]
    return found


def _changed(record: Record, parameters: dict[str, Any] | None = None, **measured: Any) -> Record:
    return replace(
        record,
        measurement={**record.measurement, **measured},
        parameters={**record.parameters, **(parameters or {})},
    )


def test_a_small_run_has_no_surprise_and_tells_apart(records: list[Record]) -> None:
    assert [record.error for record in records] == 5 * [None]
    assert recovery.unexpected(records) == []
    # Of the last, freezing on a two-sided lock, no statement says how fast it is.
    assert [record.prediction["losses"] is not None for record in records] == [False, True, True, True, False]
    assert recovery.ratio(_of(records, "merge")) == 1
    assert recovery.ratio(_of(records, "optimizer_only")) == float("inf")


@pytest.mark.parametrize("attacker", ["freeze", "precondition", "merge"])
def test_losses_that_leave_the_run_which_they_equal_are_a_surprise(records: list[Record], attacker: str) -> None:
    record = _of(records, attacker)
    losses = list(record.measurement["losses"])
    for place in (0, len(losses) // 2, -1):
        off = list(losses)
        off[place] *= 1 + 1e-5
        (line,) = recovery.unexpected([_changed(record, losses=off)])
        assert "losses are 1.0e-05 off" in line
    (line,) = recovery.unexpected([_changed(record, losses=[*losses[:-1], None])])
    assert "losses are inf off" in line


def test_what_is_allowed_is_rounding_and_for_freezing_what_still_moves(records: list[Record]) -> None:
    merge, freeze = _of(records, "merge"), _of(records, "freeze")

    def off(record: Record, factor: float, **parameters: Any) -> list[str]:
        changed = [value * factor for value in record.measurement["losses"]]
        return recovery.unexpected([_changed(record, parameters, losses=changed)])

    assert off(merge, 1 + 1e-10) == off(merge, 1 + 1e-4, form="dense") == off(freeze, 1 + 1e-6) == []
    assert len(off(merge, 1 + 1e-8)) == len(off(merge, 1 + 2e-3, form="dense")) == len(off(freeze, 1 + 3e-6)) == 1
    assert off(freeze, 1 + 1e-3, alpha=1e2) == []


def test_other_steps_than_predicted_are_a_surprise(records: list[Record]) -> None:
    record = _of(records, "merge")
    predicted = record.prediction["steps"]
    assert recovery.unexpected([_changed(record, steps=predicted + 1)]) == []
    for steps in (predicted + 2, predicted - 2):
        (line,) = recovery.unexpected([_changed(record, steps=steps)])
        assert f"{steps} steps; predicted {predicted}" in line
    (line,) = recovery.unexpected([_changed(record, steps=None)])
    assert f"too many steps; predicted {predicted}" in line
    never = replace(record, prediction={**record.prediction, "steps": None})
    (line,) = recovery.unexpected([never])
    assert f"{predicted} steps; predicted too many" in line


@pytest.mark.parametrize(
    ("attacker", "lock", "alpha", "surprise"),
    [
        ("optimizer_only", "one layer", 1e6, True),
        ("optimizer_only", "one layer", 1e4, True),
        ("optimizer_only", "one layer", 1e2, False),
        ("factor_chain", "one layer", 1e6, True),
        ("factor_chain", "one layer", 1e4, False),
        ("freeze", "two-sided", 1e4, True),
        ("freeze", "two-sided", 1e2, False),
        ("lora", "one layer", 1e6, False),
    ],
)
def test_who_was_predicted_not_to_get_there_and_does_is_a_surprise(
    records: list[Record], attacker: str, lock: str, alpha: float, surprise: bool
) -> None:
    given = {"attacker": attacker, "lock": lock, "alpha": alpha}
    found = recovery.unexpected([_changed(_of(records, "optimizer_only"), given, steps=40)])
    assert ["reached the target in 40 steps; predicted not to" in line for line in found] == [True] * surprise


def test_predictions_are_of_attackers_and_statements_that_exist() -> None:
    assert set(recovery.SAME) <= {*ATTACKS, *recovery.EXPANSIONS}
    assert set(recovery.SLOWED) <= set(ATTACKS)
    assert not set(recovery.SLOWED) & set(recovery.SAME)
    assert set(recovery.SAME.values()) <= set(catalog())


def test_every_attacker_is_in_every_grid() -> None:
    for budget, networks in (("quick", {"mlp"}), ("standard", set(NETWORKS)), ("deep", set(NETWORKS))):
        grids = recovery.study.grids[budget]
        assert not isinstance(grids, Grid)
        points = [point for grid in grids for point in grid.points()]
        assert {point["attacker"] for point in points} == {*ATTACKS, *recovery.EXPANSIONS}
        assert {point["lock"] for point in points} == set(recovery.LOCKS)
        assert {point["network"] for point in points} == networks


def test_tables_tell_steps_and_costs_in_80_columns(records: list[Record]) -> None:
    stream = StringIO()
    slow = _changed(_of(records, "merge"), {"attacker": "merge_and_factor"}, steps=None)
    recovery.show([*records, slow], Console(file=stream, width=80))
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    attackers = {str(record.parameters["attacker"]) for record in [*records, slow]}
    rows = {line.split()[0]: line for line in lines if ">" in line or " to " in line}
    assert attackers <= set(rows)
    costs = {line.split()[0]: line.split()[1:] for line in lines if "×" in line}
    assert set(costs) == attackers
    assert costs["merge"][0].startswith("-")
    assert rows["merge"].split()[1:3] == ["1.00", "to"]
    assert rows["merge_and_factor"].split()[1:3] == [">", "10"]
    assert rows["optimizer_only"].split()[1:4] == [">", "10", "–"]
    assert " ".join(stream.getvalue().split()).count("locked, α = 1e+06") == 2


def test_who_gets_there_after_more_than_ten_times_the_steps_has_not(records: list[Record]) -> None:
    unlocked = _of(records, "merge").prediction["unlocked"]
    just, late = (_changed(_of(records, "merge"), {}, steps=10 * unlocked + more) for more in (0, 1))
    assert recovery.ratio(just) == 10
    assert recovery.ratio(late) == inf


def test_a_study_that_was_measured_nowhere_shows_nothing() -> None:
    stream = StringIO()
    recovery.show([], Console(file=stream))
    assert stream.getvalue() == ""
