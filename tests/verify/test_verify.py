"""The main job as a user runs it: once, quick, and everything it leaves behind."""

import errno
import json
import warnings
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest

import verify.__main__ as job
from specbound.campaign import Grid, Status, evidence_in, read
from specbound.checks.budget import BUDGETS
from specbound.core import provenance
from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence, Kind
from specbound.core.status import status
from specbound.core.verdict import Verdict
from specbound.report import write
from specbound.report.finding import Finding
from specbound.report.summary import read_summary
from specbound.report.table import rows
from tests.conftest import run_module
from tests.results import store_evidence
from verify import statements, telling
from verify.studies import studies
from verify.weights import digits_chain, gaussian_twin, transformer_chain

NOT_MEASURED = {
    (name, Kind.MEASURED)
    for name in (
        "interlacing_isometry",
        "kronecker_spectrum",
        "compensator_spectrum",
        "compensator_spectrum_contracted",
    )
}
"""No weights have orthonormal columns, and Kronecker products of weight matrices are too large to be formed."""

CELLS = 4 * len(catalog()) + len(statements.ON_WEIGHTS)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[CompletedProcess[str], Path]:
    out = tmp_path_factory.mktemp("verify") / "results"
    return run_module("verify", "--quick", "--out", str(out), timeout=600), out


@pytest.mark.slow
def test_the_quick_job_comes_out_as_expected(finished) -> None:
    done, out = finished
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Results: {out}" in done.stdout.splitlines()[-1]
    assert "Everything came out as expected." in done.stdout
    assert "SURPRISE" not in done.stdout
    assert f"statements, predictions: {CELLS} of {CELLS}" in done.stderr
    assert f"statements, measurements: {CELLS} of {CELLS}" in done.stderr
    assert "curvature, measurements: 92 of 92" in done.stderr
    for statement in catalog().values():
        assert statement.id in done.stdout
    assert "triple_independent: smallest counterexample {" in done.stdout
    assert (out / "summary.txt").read_text() == done.stdout


@pytest.mark.slow
def test_the_results_are_complete_and_agree(finished) -> None:
    _, out = finished
    records = read(out, "statements")
    evidence = evidence_in(records)
    found = {row.statement: row for row in rows(catalog().values(), evidence)}
    for statement in catalog().values():
        row = found[statement.id]
        assert row.status == status(statement, evidence)
        assert row.mutants == row.mutants_refuted == len(statement.mutants) > 0
        assert row.searched > 0 or row.standing == "refuted"
        for kind in Kind:
            is_there = any(item.statement == statement.id and item.kind is kind for item in evidence)
            declared = kind is not Kind.MEASURED or statement.id in statements.ON_WEIGHTS
            assert is_there is (declared and (statement.id, kind) not in NOT_MEASURED), (statement.id, kind)
    assert found["triple_independent"].status == "refuted"
    assert found["triple_independent"].counterexample["n"] == 2
    assert found["horn_johnson_triple"].tightness_real == 0
    assert {item.details["chain"] for item in evidence if item.kind is Kind.MEASURED} >= {"MiniLM", "digits"}


@pytest.mark.slow
def test_what_was_predicted_was_measured(finished) -> None:
    _, out = finished
    for record in read(out, "statements"):
        unavailable = (record.parameters["statement"], Kind(record.parameters["kind"])) in NOT_MEASURED
        assert record.status is (Status.NOT_AVAILABLE if unavailable else Status.MEASURED), record.error
        assert not record.stale
        if not unavailable:
            unlike = set(record.measurement["violated"]) ^ set(record.prediction["violated"])
            assert unlike <= set(record.prediction["possibly"])


@pytest.mark.slow
def test_the_figures_of_the_run_are_there(finished) -> None:
    _, out = finished
    assert (out / "figures" / "tightness.png").read_bytes().startswith(b"\x89PNG")
    assert (out / "figures" / "tightness.pdf").read_bytes().startswith(b"%PDF")
    assert [path.name for path in out.rglob(".*")] == [".lock"]


@pytest.mark.slow
def test_the_report_of_the_run_answers_every_claim(finished) -> None:
    _, out = finished
    claims = json.loads((out / "claims.json").read_text())
    assert [claim["id"] for claim in claims if claim["verdict"] == "undecided"] == []
    assert (out / "report.html").stat().st_size < 10 * 2**20


@pytest.mark.slow
def test_the_same_folder_again_repeats_nothing(finished) -> None:
    done, out = finished
    before = (out / "statements" / "records.jsonl").read_bytes()
    again = run_module("verify", "--quick", "--out", str(out))
    assert again.returncode == 0, again.stderr
    assert f"{CELLS} cells, {len(NOT_MEASURED)} of them to run" in again.stderr
    after = (out / "statements" / "records.jsonl").read_bytes()
    assert after.startswith(before)
    assert b'"measurement"' not in after[len(before) :]
    assert again.stdout.splitlines()[:-1] == done.stdout.splitlines()[:-1]


def test_a_folder_of_other_things_is_refused(tmp_path: Path, capsys) -> None:
    (tmp_path / "evidence.jsonl").write_text("of an earlier version")
    assert job.main(["--out", str(tmp_path)]) == 2
    assert "holds no results of this version" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["evidence.jsonl"]


def test_an_unwritable_results_folder_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run_module("verify", "--out", str(tmp_path / "file" / "results"))
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("statemants",), "the nearest known: statements"),
        (("--device", "cuda:99"), "cannot be used here"),
        (("--workers", "0"), "workers = 0; required: at least 1"),
    ],
)
def test_bad_arguments(arguments: tuple[str, ...], message: str, tmp_path: Path, capsys) -> None:
    assert job.main([*arguments, "--out", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--workers", "2", "--scheduler", "tcp://127.0.0.1:1"), "not allowed with"),
        (("--quick", "--deep"), "not allowed with"),
        (("--seed", "-1"), "required: a whole number from 0 up"),
    ],
)
def test_what_is_no_argument_is_told_by_the_parser(
    arguments: tuple[str, ...], message: str, tmp_path: Path, capsys
) -> None:
    with pytest.raises(SystemExit) as stopped:
        job.main([*arguments, "--out", str(tmp_path / "out")])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_studies_are_listed(capsys) -> None:
    assert job.main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert "curvature       Curvature of locked networks: " in listed
    assert "statements      The statements of the catalogue: " in listed


def test_an_interruption_that_training_swallows_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.neural_network import MLPClassifier

    monkeypatch.setattr(MLPClassifier, "fit", lambda *_: warnings.warn("Training interrupted by user.", stacklevel=1))
    with pytest.raises(KeyboardInterrupt):
        digits_chain(seed=0)


def found_by(statement: str, kind: str) -> dict:
    """A check with the verdict that the kind names; an error where it names none."""
    record = Evidence(statement, Kind.PROPERTY, Verdict(kind), counts={kind: 1})
    return {"violated": [], "evidence": [record.to_json()]}


@pytest.mark.parametrize(
    ("verdict", "code", "told"),
    [
        ("HOLDS", 0, "of 1 cells 1 measured"),
        ("VIOLATED", 1, "SURPRISE weyl_sum: expected to hold, VIOLATED by property evidence"),
        ("none", 1, "of 1 cells 1 failed"),
    ],
)
def test_a_surprise_or_a_failed_cell_exits_1(tmp_path: Path, monkeypatch, capsys, verdict, code, told) -> None:
    grid = Grid({"statement": ["weyl_sum"], "kind": [verdict]})
    one = replace(statements.study, grids=dict.fromkeys(BUDGETS, grid), measure=found_by, rests_on=())
    monkeypatch.setattr(statements, "study", one)
    assert job.main(["statements", "--out", str(tmp_path), "--workers", "1"]) == code
    printed = capsys.readouterr().out
    assert told in printed
    assert "not shown: the figure tightness was not drawn: " in printed


def test_a_refuted_reading_that_fares_unlike_predicted_is_a_surprise(tmp_path: Path) -> None:
    records = read(store_evidence(tmp_path, []))
    unlike = replace(
        records[0],
        parameters={"statement": "triple_independent", "kind": "measured"},
        prediction={"violated": [], "possibly": []},
        measurement={"violated": ["triple_independent"], "possibly": [], "evidence": []},
    )
    assert statements.unexpected([unlike]) == ["triple_independent: measured evidence refutes it, unlike predicted"]
    swapped = replace(unlike, prediction=unlike.measurement, measurement=unlike.prediction)
    (line,) = statements.unexpected([swapped])
    assert line == "triple_independent: measured evidence does not refute it, unlike predicted"
    possible = replace(unlike, prediction={"violated": [], "possibly": ["triple_independent"]})
    assert statements.unexpected([possible]) == []


def test_a_run_ends_with_a_report_of_what_it_decides(tmp_path: Path, monkeypatch, capsys) -> None:
    grid = Grid({"statement": ["weyl_sum"], "kind": ["HOLDS"]})
    one = replace(statements.study, grids=dict.fromkeys(BUDGETS, grid), measure=found_by, rests_on=())
    monkeypatch.setattr(statements, "study", one)
    found = Finding("tighter_than_horn_johnson", "It is tighter.", False, "0.1 against 0.2.")
    monkeypatch.setattr(telling, "findings_of", lambda *_: [found])
    assert job.main(["statements", "--out", str(tmp_path), "--workers", "1"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert "P2: refuted in this reading" in printed
    assert f"Report: {tmp_path / 'report.html'}" in printed
    written = read_summary(tmp_path, "statements")
    assert written.findings == (found,)
    assert "weyl_sum" in written.shown
    assert "of 1 cells" not in written.shown
    verdicts = {claim["id"]: claim["verdict"] for claim in json.loads((tmp_path / "claims.json").read_text())}
    assert verdicts["P2"] == "refuted in this reading"
    assert verdicts["P9"] == "undecided"


def test_findings_that_cannot_be_had_are_told_and_exit_1(tmp_path: Path, monkeypatch, capsys) -> None:
    grid = Grid({"statement": ["weyl_sum"], "kind": ["HOLDS"]})
    one = replace(statements.study, grids=dict.fromkeys(BUDGETS, grid), measure=found_by, rests_on=())
    monkeypatch.setattr(statements, "study", one)

    def fails(*_: object) -> None:
        raise KeyError("rate")

    monkeypatch.setattr(telling, "findings_of", fails)
    assert job.main(["statements", "--out", str(tmp_path), "--workers", "1"]) == 1
    assert "FAILED statements: findings raised KeyError: 'rate'" in capsys.readouterr().out
    assert read_summary(tmp_path, "statements").findings == ()


def test_findings_rest_on_records_of_this_source_alone(tmp_path: Path, monkeypatch) -> None:
    grid = Grid({"statement": ["weyl_sum"], "kind": ["HOLDS"]})
    one = replace(statements.study, grids=dict.fromkeys(BUDGETS, grid), measure=found_by, rests_on=())
    monkeypatch.setattr(statements, "study", one)
    given: list[int] = []
    monkeypatch.setattr(telling, "findings_of", lambda _, records: given.append(len(records)) or [])
    for source in ("one source", "another source"):
        monkeypatch.setattr(provenance, "package_hash", lambda source=source: source)
        assert job.main(["statements", "--out", str(tmp_path), "--workers", "1"]) == 0
    assert len(read(tmp_path)) == 2
    assert given == [1, 1]


def test_a_report_that_cannot_be_written_costs_no_results(tmp_path: Path, monkeypatch, capsys) -> None:
    grid = Grid({"statement": ["weyl_sum"], "kind": ["HOLDS"]})
    one = replace(statements.study, grids=dict.fromkeys(BUDGETS, grid), measure=found_by, rests_on=())
    monkeypatch.setattr(statements, "study", one)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(write, "write_atomically", full)
    assert job.main(["statements", "--out", str(tmp_path), "--workers", "1"]) == 0
    assert "the report could not be written" in capsys.readouterr().out
    assert [record.status for record in read(tmp_path)] == [Status.MEASURED]


def show_fails(records: list, console: object) -> None:
    raise KeyError("rate")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"show": show_fails}, "FAILED statements: show raised KeyError: 'rate' (test_verify.py, line "),
        (
            {"surprises": lambda _: None},
            "FAILED statements: surprises raised InvalidInput: it gave None; required: a list",
        ),
        ({"surprises": lambda _: "bad"}, "surprises raised InvalidInput: it gave 'bad'; required: a list of lines"),
    ],
)
def test_mistakes_of_a_study_cost_nothing_else(tmp_path: Path, monkeypatch, capsys, changed: dict, told: str) -> None:
    grid = Grid({"statement": ["weyl_sum"], "kind": ["HOLDS"]})
    given = {"grids": dict.fromkeys(BUDGETS, grid), "measure": found_by, "rests_on": (), **changed}
    monkeypatch.setattr(statements, "study", replace(statements.study, **given))
    assert job.main(["statements", "--out", str(tmp_path), "--workers", "1"]) == 1
    printed = capsys.readouterr().out
    assert told in printed
    assert "statements: of 1 cells 1 measured" in printed
    assert "Not everything came out as expected." in (tmp_path / "summary.txt").read_text()


@pytest.mark.slow
def test_what_is_not_available_is_told_with_its_reason(finished) -> None:
    done, _ = finished
    assert "statements: not available: statement=kronecker_spectrum, kind=measured" in done.stdout


def test_a_broken_file_is_told_by_its_line_and_blocks_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import verify
    import verify.studies as module

    (tmp_path / "broken.py").write_text("import numpy\nimport numpyy\n")
    (tmp_path / "without.py").write_text("value = 1\n")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setattr(verify, "__path__", [*verify.__path__, str(tmp_path)])
    with pytest.raises(InvalidInput, match=r"verify/broken\.py, line 2: ModuleNotFoundError: No module named 'numpyy'"):
        studies()
    with pytest.raises(InvalidInput, match=r"verify/without\.py defines no study"):
        studies(["without"])
    with pytest.raises(InvalidInput, match="unknown study 'brokn'; the nearest known: broken"):
        studies(["brokn"])


def test_a_study_that_is_not_as_its_file_says_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "study", replace(statements.study, name="other"))
    with pytest.raises(InvalidInput, match='defines the study "other"; required: name="statements"'):
        studies()
    grids = {"quick": statements.study.grids["quick"]}
    monkeypatch.setattr(statements, "study", replace(statements.study, name="statements", grids=grids))
    with pytest.raises(InvalidInput, match="has grids quick; required: exactly quick, standard, deep"):
        studies()


def test_the_chains_are_what_they_say() -> None:
    transformer = transformer_chain()
    assert len(transformer.matrices) == 24
    assert {matrix.shape for matrix in transformer.matrices.values()} == {(384, 384), (1536, 384), (384, 1536)}
    digits = digits_chain(seed=0)
    assert [matrix.shape for matrix in digits.matrices.values()] == [
        (128, 64),
        (128, 128),
        (128, 128),
        (64, 128),
        (10, 64),
    ]
    twin = gaussian_twin(digits, seed=0)
    assert twin.random
    assert [m.shape for m in twin.matrices.values()] == [m.shape for m in digits.matrices.values()]
