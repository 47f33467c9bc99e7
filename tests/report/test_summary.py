import json
from pathlib import Path

import pytest

from specbound.core.errors import InvalidInput
from specbound.report.finding import Finding
from specbound.report.pictures import pictures
from specbound.report.summary import SUMMARY, read_summary
from tests.report.examples import FINDINGS, draw, store_study, summarise


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store_study(tmp_path / "results")
    summarise(tmp_path / "results", "windows", FINDINGS, ["not as predicted"])
    return tmp_path / "results"


def test_a_summary_is_read_as_it_was_written(folder: Path) -> None:
    found = read_summary(folder, "windows")
    assert (found.study, found.about, found.shown) == ("windows", "What windows asks.", "printed\n")
    assert found.findings == FINDINGS
    assert found.surprises == ("not as predicted",)


def _change(path: Path, **changes: object) -> None:
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, **changes}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "is not of format 1, which this version reads"),
        ({"more": 1}, "required: exactly"),
        ({"shown": 3}, "required: exactly"),
        ({"records": "of another run"}, "speaks of other records than those beside it"),
        ({"findings": [{"name": "x"}]}, "not a finding: it has ['name']"),
        ({"findings": [1]}, "not a finding: it has 1; required: exactly"),
        (
            {"findings": [{**FINDINGS[0].to_json(), "holds": 1}]},
            "required: texts, a list of figures, and true or false",
        ),
    ],
)
def test_a_summary_is_read_strictly(folder: Path, changes: dict, message: str) -> None:
    _change(folder / "windows" / SUMMARY, **changes)
    with pytest.raises(InvalidInput) as caught:
        read_summary(folder, "windows")
    assert message in str(caught.value)


def test_half_a_summary_and_none_say_what_to_do(folder: Path) -> None:
    path = folder / "windows" / SUMMARY
    path.write_text(path.read_text()[:-20])
    with pytest.raises(InvalidInput, match=r"is not whole .*python -m verify windows --out"):
        read_summary(folder, "windows")
    path.unlink()
    with pytest.raises(InvalidInput, match=r"summary.json is missing; run `python -m verify windows --out"):
        read_summary(folder, "windows")


def test_arrays_belong_to_what_a_summary_speaks_of(folder: Path) -> None:
    arrays = folder / "windows" / "arrays"
    arrays.mkdir()
    (arrays / "cell.npz").write_bytes(b"one")
    with pytest.raises(InvalidInput, match="speaks of other records"):
        read_summary(folder, "windows")


def test_a_finding_is_plain_data() -> None:
    assert Finding.from_json(json.loads(json.dumps(FINDINGS[0].to_json()))) == FINDINGS[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not whole"),
        ("[]", "holds no object"),
        ('{"format": 2, "figures": [], "not drawn": {}}', "is not of format 1, which this version reads"),
        ('{"format": 1, "figures": [1], "not drawn": {}}', "has the figure 1; required: an object"),
        (
            '{"format": 1, "figures": [{"name": "x", "study": "s", "title": "t", "caption": "c", "source": "h",'
            ' "files": 2}], "not drawn": {}}',
            "its files are 2; required: names of files beside the index",
        ),
        ('{"format": 1, "figures": {}, "not drawn": {}}', "required: exactly figures (list), not drawn (dict)"),
        ('{"format": 1, "figures": [{"name": "x"}], "not drawn": {}}', "figure x has name; required: the texts"),
        (
            '{"format": 1, "figures": [{"name": "x", "study": "s", "title": "t", "caption": "c", "source": "h",'
            ' "files": ["../../x.png"]}], "not drawn": {}}',
            "required: names of files beside the index",
        ),
    ],
)
def test_an_index_of_figures_is_read_strictly(folder: Path, content: str, message: str) -> None:
    index = draw(folder) / "index.json"
    assert [picture.title for picture in pictures(folder)[0]] == ["Limits by format"]
    index.write_text(content)
    with pytest.raises(InvalidInput) as caught:
        pictures(folder)
    assert message in str(caught.value)
