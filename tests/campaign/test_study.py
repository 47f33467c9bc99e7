import importlib
from dataclasses import replace
from pathlib import Path

import pytest

from specbound.campaign import Grid, Study
from specbound.campaign.sources import files_behind
from specbound.campaign.study import COLUMNS
from specbound.core.errors import InvalidInput
from specbound.core.provenance import Source
from tests.campaign.examples import measure, predict, study, surprises

HERE = Source("this", {})


def _ids(item: Study, seed: int = 0, source: Source = HERE) -> list[str]:
    return [cell.id for cell in item.cells("quick", seed, "cpu", source)]


def test_the_cells_are_the_product_of_the_axes_and_the_seeds() -> None:
    def both(number: int, name: str, seed: int) -> dict:
        return {}

    grid = Grid({"number": (1, 2), "name": ["a", "b"]}, seeds=2)
    cells = study(grids={"quick": grid}, measure=both).cells("quick", 5, "cpu", HERE)
    assert [(*cell.parameters.values(), cell.seed) for cell in cells] == [
        (number, name, seed) for number in (1, 2) for name in "ab" for seed in (5, 6)
    ]
    assert len({cell.id for cell in cells}) == 8


def test_grids_of_one_budget_are_joined_and_what_they_share_is_run_once() -> None:
    grids = {"quick": [Grid({"number": range(4)}), Grid({"number": [2, 9]})]}
    cells = study(grids=grids).cells("quick", 0, "cpu", HERE)
    assert [cell.parameters["number"] for cell in cells] == [0, 1, 2, 3, 9]


def test_identity_is_content() -> None:
    here = _ids(study())
    assert here == _ids(study())
    other_seed, other_source = _ids(study(), seed=6), _ids(study(), source=Source("other", {}))
    other_file, other_name = _ids(study(), source=Source("this", {"a.py": "1"})), _ids(replace(study(), name="cubes"))
    assert len({*here, *other_seed, *other_source, *other_file, *other_name}) == 5 * len(here)
    assert _ids(study(range(9)))[:6] == here


def test_seeds_of_neighbouring_runs_are_shared() -> None:
    assert set(_ids(study(seeds=3))) & set(_ids(study(seeds=3), seed=2)) == set(_ids(study(), seed=2))


def test_the_device_belongs_to_a_cell_that_asks_for_it() -> None:
    def on(number: int, seed: int, device: str) -> dict:
        return {}

    (cell,) = study([1], measure=on).cells("quick", 0, "cuda", HERE)
    assert cell.parameters == {"number": 1, "device": "cuda"}
    assert str(cell) == "number=1, device=cuda, seed=0"
    assert study([1]).cells("quick", 0, "cuda", HERE) == study([1]).cells("quick", 0, "cpu", HERE)


def with_default(number: int, seed: int = 0) -> dict:
    return {}


def without_seed(number: int) -> dict:
    return {}


def asks_for_device(number: int, device: str) -> dict:
    return {}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"grids": {"quick": Grid({"nunber": [1]})}}, "'nunber'; the nearest known: number"),
        (
            {"grids": {"quick": Grid({"number": [1], "alpha": [1]})}},
            "unknown axis of the quick grid of squares.*'alpha'",
        ),
        ({"grids": {"quick": Grid({})}}, "measure takes number; the quick grid gives it seed, device"),
        ({"grids": {}}, "declares no grid"),
        ({"measure": lambda **axes: {}}, r"takes \*\*axes; required: each axis by its name"),
        ({"measure": with_default}, "has a default for seed; give its values in the grid"),
        ({"measure": without_seed, "seeds": 2}, "2 seeds in the quick grid, but measure does not take seed"),
        ({"predict": lambda alpha: {}}, "predict takes alpha; the quick grid gives it number, seed"),
        ({"predict": asks_for_device}, "predict takes device"),
    ],
)
def test_a_declaration_that_does_not_fit_is_refused_at_once(changed: dict, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        study(**changed)


@pytest.mark.parametrize(
    ("axes", "seeds", "message"),
    [
        ({"number": []}, 1, "axis number has no values"),
        ({"number": 3}, 1, "axis number is 3; required: a list"),
        ({"name": "abc"}, 1, "axis name is 'abc'; required: a list"),
        ({"two words": [1]}, 1, "axis 'two words'; required: an identifier"),
        ({"seed": [1]}, 1, "axis 'seed'; required"),
        ({"number": [1]}, 0, "seeds = 0; required: at least 1"),
    ],
)
def test_a_grid_that_is_none_is_refused(axes: dict, seeds: int, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        Grid(axes, seeds)


@pytest.mark.parametrize("name", COLUMNS)
def test_an_axis_does_not_take_the_name_of_a_column(name: str) -> None:
    with pytest.raises(InvalidInput, match=f"axis '{name}'"):
        Grid({name: [1]})


def test_values_that_no_line_holds_are_refused() -> None:
    with pytest.raises(InvalidInput, match="number is nan"):
        study([float("nan")]).cells("quick", 0, "cpu", HERE)


def test_unknown_budgets_and_negative_seeds_are_refused() -> None:
    with pytest.raises(InvalidInput, match="unknown budget of the study squares 'quack'; the nearest known: quick"):
        study().cells("quack", 0, "cpu", HERE)
    with pytest.raises(InvalidInput, match="seed -1"):
        study().cells("quick", -1, "cpu", HERE)
    with pytest.raises(InvalidInput, match="study name 'two words'"):
        Study("two words", {"quick": Grid({"number": [1]})}, predict, measure, surprises)


LAB = {
    "lab/__init__.py": "",
    "lab/study.py": "import lab.near\nfrom lab.deep import inner\n\ndef measure():\n    from .late import value\n",
    "lab/near.py": "import numpy\nfrom lab import also\n",
    "lab/also.py": "",
    "lab/late.py": "value = 1\n",
    "lab/deep/inner.py": "from ..sibling import *\n",
    "lab/sibling.py": "",
    "lab/unused.py": "",
    "lab/data/table.py": "",
}


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in LAB.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_a_study_rests_on_all_that_it_imports_from_beside_it(lab: Path) -> None:
    measured = importlib.import_module("lab.study").measure
    found = {Path(name).relative_to(lab).as_posix() for name in files_behind(measured)}
    assert found == set(LAB) - {"lab/unused.py", "lab/data/table.py"}
    before = files_behind(measured, ["data"])
    assert str(lab / "lab/data/table.py") in before
    (lab / "lab/sibling.py").write_text("changed = True")
    assert files_behind(measured, ["data"]) != before
    with pytest.raises(InvalidInput, match=r"rests on .*absent, which does not exist"):
        files_behind(measured, ["absent"])


def test_functions_without_a_file_are_refused() -> None:
    namespace: dict = {}
    exec("def measure(number, seed): return {}", namespace)
    for function in (namespace["measure"], print):
        with pytest.raises(InvalidInput, match="is in no file"):
            files_behind(function)
