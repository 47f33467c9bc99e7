import functools
import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from specbound.campaign import Grid, Study
from specbound.campaign.sources import files_behind
from specbound.campaign.study import COLUMNS
from specbound.core.errors import InvalidInput
from specbound.core.provenance import Source
from tests.campaign import examples
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
        ({"show": lambda records: None}, r"show takes \(records\); required: records, console"),
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
        ({1: [1]}, 1, "axis 1; required"),
        ({"number": b"ab"}, 1, "axis number is b'ab'; required: a list"),
        ({"number": [1]}, 1.5, r"seeds = 1\.5; required: a whole number"),
        ({"number": [1]}, 0, "seeds = 0; required: a whole number, at least 1"),
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
    for seed in (-1, 2**32, 1.0, True):
        with pytest.raises(InvalidInput, match=f"seed {seed}; required: a whole number"):
            study().cells("quick", seed, "cpu", HERE)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidInput, match="study name 'two words'"):
        Study("two words", {"quick": Grid({"number": [1]})}, predict, measure, surprises)


def test_what_is_declared_stays_as_it_was_checked() -> None:
    axes = {"number": [1, 2]}
    item = study(grids={"quick": Grid(axes)})
    axes["number"].append(3)
    axes["typo"] = [5]
    assert [cell.parameters for cell in item.cells("quick", 0, "cpu", HERE)] == [{"number": 1}, {"number": 2}]


def test_identity_tells_functions_of_one_file_apart() -> None:
    assert set(_ids(study())).isdisjoint(_ids(study(measure=examples.slowly)))


LAB = {
    "lab/__init__.py": "",
    "lab/study.py": (
        "import functools, lab.near\nfrom lab.deep import inner\n\n"
        "def measure():\n    from .late import value\n\n"
        "@functools.lru_cache\ndef cached():\n    return {}\n\n"
        "@inner.decorated\ndef wrapped():\n    return {}\n"
    ),
    "lab/near.py": "import numpy\nfrom lab import also\n",
    "lab/also.py": "",
    "lab/late.py": "value = 1\n",
    "lab/deep/inner.py": (
        "import functools\nfrom ..sibling import *\n\n"
        "def decorated(function):\n    return functools.wraps(function)(lambda: function())\n"
    ),
    "lab/sibling.py": "import elsewhere\n",
    "lab/broken.py": "def",
    "lab/data/table.py": "",
    "other/elsewhere.py": "",
}
UNUSED = {"lab/broken.py", "lab/data/table.py"}


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name, text in LAB.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path / "other"))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] in ("lab", "elsewhere")]:
        del sys.modules[name]


def _names(found: dict[str, str], folder: Path) -> set[str]:
    return {Path(name).relative_to(folder).as_posix() for name in found}


@pytest.mark.parametrize("name", ["measure", "wrapped"])
def test_a_study_rests_on_all_that_it_imports(lab: Path, name: str) -> None:
    function = getattr(importlib.import_module("lab.study"), name)
    found = files_behind(function)
    assert _names(found, lab) == set(LAB) - UNUSED
    (lab / "other/elsewhere.py").write_text("changed = True")
    assert files_behind(function) != found


def test_a_study_rests_on_what_it_names(lab: Path) -> None:
    measure = importlib.import_module("lab.study").measure
    found = files_behind(measure, ["data", "broken.py"])
    assert _names(found, lab) == set(LAB) - UNUSED | {"lab/data", "lab/broken.py"}
    source = Source(files=found)
    assert not source.stale
    (lab / "lab/data/more.py").write_text("")
    assert source.stale
    for absent in ("absent", "../empty"):
        (lab / "empty").mkdir(exist_ok=True)
        with pytest.raises(InvalidInput, match=f"rests on .*{absent.strip('./')}, which holds no source"):
            files_behind(measure, [absent])


def test_a_study_behind_a_link_rests_on_what_lies_beside_the_link(tmp_path: Path, monkeypatch) -> None:
    for name, text in {"real/linked.py": "import beside\n\ndef measure():\n    pass\n", "link/beside.py": ""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "link/linked.py").symlink_to(tmp_path / "real/linked.py")
    monkeypatch.syspath_prepend(str(tmp_path / "link"))
    found = files_behind(importlib.import_module("linked").measure)
    assert _names(found, tmp_path) == {"real/linked.py", "link/beside.py"}


def test_an_installed_study_rests_on_its_own_file_alone() -> None:
    from rich.markup import escape

    assert [Path(name).name for name in files_behind(escape)] == ["markup.py"]


class Machine:
    def measure(self, number: int, seed: int) -> dict:
        return {}

    def __call__(self, number: int, seed: int) -> dict:
        return {}


def test_functions_that_no_file_tells_are_refused() -> None:
    captured = 2

    def closure(number: int, seed: int) -> dict:
        return {"captured": captured}

    for function in (closure, Machine().measure, Machine(), functools.partial(measure, 1), print):
        with pytest.raises(InvalidInput, match="required: a plain function"):
            study(measure=function)
    with pytest.raises(InvalidInput, match="which captures captured"):
        study(measure=closure)
    namespace: dict = {}
    exec("def measure(number, seed): return {}", namespace)
    with pytest.raises(InvalidInput, match="is in no file"):
        study(measure=namespace["measure"])
