import json
from pathlib import Path

import pytest

from specbound.core import provenance
from specbound.core.errors import InvalidInput
from specbound.report.ledger import Judgement
from specbound.report.results import command_of, results_in
from tests.report.examples import store_study, summarise, whole_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return whole_folder(tmp_path / "results")


def _log(folder: Path, study: str = "windows") -> Path:
    return folder / study / "records.jsonl"


def test_a_whole_folder_is_read_whole(folder: Path) -> None:
    found = results_in(folder)
    assert found.problems == ["the figure steps was not drawn: nothing of it was measured"]
    assert not found.notes
    assert [study.name for study in found.studies] == ["statements", "windows"]
    windows = found.studies[1]
    assert windows.counts == {"measured": 2}
    assert [picture.name for picture in windows.pictures] == ["limits_by_format"]
    assert {row.statement for row in found.seen} == {"stagnation", "smallest_useful_step", "triple_independent"}
    assert found.commands == ["python -m verify statements windows --quick"]
    verdicts = {judged.claim.id: judged.verdict for judged in found.claims}
    assert verdicts["P9"] is Judgement.REFUTED
    assert set(verdicts.values()) == {Judgement.REFUTED, Judgement.UNDECIDED}


def test_a_finding_that_turns_turns_the_verdict(folder: Path) -> None:
    path = folder / "windows" / "summary.json"
    data = json.loads(path.read_text())
    data["findings"][0]["holds"] = True
    path.write_text(json.dumps(data))
    verdicts = {judged.claim.id: judged.verdict for judged in results_in(folder).claims}
    assert verdicts["P9"] is Judgement.CONFIRMED


def test_a_study_of_another_version_is_left_out_and_told(folder: Path) -> None:
    log = _log(folder)
    log.write_text(log.read_text().replace('"format":1', '"format":2'))
    found = results_in(folder)
    assert any(
        line.startswith("the study windows is not shown: ") and "has format 2" in line for line in found.problems
    )
    assert found.studies[1].records == ()
    (item,) = next(judged for judged in found.claims if judged.claim.id == "P9").of("needs")
    assert item.holds is None
    assert "has format 2" in item.told


def test_a_folder_of_nothing_but_other_versions_is_refused(folder: Path) -> None:
    for study in ("statements", "windows"):
        log = _log(folder, study)
        log.write_text(log.read_text().replace('"format":1', '"format":2'))
    with pytest.raises(InvalidInput, match=r"holds nothing that can be read: .*has format 2"):
        results_in(folder)


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no results; give a folder that `python -m verify` wrote"):
        results_in(tmp_path)


def test_a_line_that_was_never_finished_is_left_out_and_told(folder: Path) -> None:
    with _log(folder).open("a") as log:
        log.write('{"run":"half')
    found = results_in(folder)
    assert any("its last line was never finished and is left out" in line for line in found.notes)
    assert found.studies[1].counts == {"measured": 2}
    # What was written before the line cannot be told to speak of these records.
    assert any("speaks of other records" in line for line in found.problems)


def test_a_broken_line_in_the_middle_is_told_by_its_number(folder: Path) -> None:
    lines = _log(folder).read_text().splitlines()
    _log(folder).write_text("\n".join([lines[0], "{broken", *lines[1:]]) + "\n")
    assert any("line 2 is no record" in line for line in results_in(folder).problems)


def test_a_study_that_was_never_summed_up_is_told(folder: Path) -> None:
    (folder / "windows" / "summary.json").unlink()
    found = results_in(folder)
    assert any("what the study windows found is not shown: " in line for line in found.problems)
    assert found.studies[1].counts == {"measured": 2}
    assert next(j for j in found.claims if j.claim.id == "P9").verdict is Judgement.UNDECIDED


def test_a_figure_that_is_missing_or_of_other_records_is_not_shown(folder: Path) -> None:
    store_study(folder, alphas=(100.0,))
    summarise(folder, "windows")
    found = results_in(folder)
    assert any("it was drawn from other records" in line for line in found.problems)
    assert not found.studies[1].pictures
    (folder / "figures" / "limits_by_format.csv").unlink()
    assert any("limits_by_format.csv is missing" in line for line in results_in(folder).problems)
    (folder / "figures" / "index.json").unlink()
    assert any("index.json is missing" in line for line in results_in(folder).problems)


def test_results_of_another_source_decide_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "package_hash", lambda: "another source")
    found = results_in(folder)
    assert {judged.verdict for judged in found.claims} == {Judgement.UNDECIDED}
    assert any("windows: the source has changed since" in line for line in found.notes)
    (item,) = next(judged for judged in found.claims if judged.claim.id == "P9").of("needs")
    assert item.told == "the source has changed since the study windows was run"


def test_failed_cells_are_told(tmp_path: Path) -> None:
    store_study(tmp_path / "results", alphas=(1.0, -1.0))
    found = results_in(tmp_path / "results")
    assert any(line == "windows: failed: alpha=-1.0, seed=0: ValueError: no such lock" for line in found.notes)
    assert found.studies[0].counts == {"measured": 1, "failed": 1}


def test_a_command_is_what_to_type() -> None:
    run = {"study": "windows", "budget": "deep", "seed": 3, "device": "cuda"}
    assert command_of(run) == "python -m verify windows --deep --seed 3 --device cuda"
    assert "a program of one's own" in command_of({**run, "budget": "given"})
