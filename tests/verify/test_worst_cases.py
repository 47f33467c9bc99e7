"""The study of worst cases finds what closed forms say, and calls a closed form that is a little off a surprise."""

import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from specbound.campaign import Grid, Record, Status, run
from specbound.checks.budget import BUDGETS
from specbound.numeric.ops import NotAvailable
from verify import worst_cases

installed = pytest.mark.skipif(find_spec("PEPit") is None, reason="pepit is not installed")

GRIDS = [
    Grid({"method": ["convex"], "steps": [1], "h": [1.0], "kappa": [None]}),
    Grid({"method": ["nonconvex"], "steps": [1], "h": [None], "kappa": [None]}),
]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    study = replace(worst_cases.study, grids=dict.fromkeys(BUDGETS, GRIDS))
    return list(run(study, tmp_path_factory.mktemp("worst"), workers=1))


@installed
def test_the_closed_forms_are_met(records: list[Record]) -> None:
    assert [record.status for record in records] == [Status.MEASURED] * 2
    assert worst_cases.unexpected(records) == []


@installed
@pytest.mark.parametrize("factor", [1 - 1e-4, 1 + 1e-4])
def test_a_closed_form_that_is_off_is_a_surprise(records: list[Record], factor: float) -> None:
    convex, nonconvex = records
    off = replace(convex, prediction={"worst": factor * convex.prediction["worst"]})
    (line,) = worst_cases.unexpected([off, nonconvex])
    assert "method=convex" in line
    assert "predicted" in line


@pytest.mark.parametrize(
    ("method", "steps", "h", "kappa", "worst"),
    [
        ("convex", 3, 1.0, None, 1 / 14),
        ("nonconvex", 2, 1.0, None, 4 / 8),
        ("nonconvex", 1, 0.5, None, 4 / 3.75),
        ("nonconvex", 1, None, None, 4 / (16 / 27**0.5 + 2)),
        ("strongly convex", 2, 1.9, 10.0, 0.9**4),
        ("strongly convex", 1, None, 3.0, 1 / 4),
        ("line search", 1, None, 3.0, 1 / 4),
        ("optimized", 1, None, None, 1 / 8),
    ],
)
def test_closed_forms(method: str, steps: int, h: float | None, kappa: float | None, worst: float) -> None:
    assert worst_cases.predict(method, steps, h, kappa)["worst"] == pytest.approx(worst)


@pytest.mark.parametrize("missing", ["PEPit", "clarabel"])
def test_without_the_extra_nothing_is_measured(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(NotAvailable, match="specbound\\[rates\\]"):
        worst_cases.measure("convex", 1, 1.0, None)


def test_every_budget_asks_for_methods_that_have_a_closed_form() -> None:
    for grid in (grid for grids in worst_cases.study.grids.values() for grid in grids):
        assert isinstance(grid, Grid)
        assert set(grid.axes["method"]) <= set(worst_cases.CLOSED_FORMS)


def test_the_file_is_found() -> None:
    assert Path(worst_cases.__file__).stem == worst_cases.study.name
