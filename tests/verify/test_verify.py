"""The main job as a user runs it: once, quick, and everything it leaves behind."""

import json
import warnings
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest

import verify.__main__ as job
from specbound.core.catalogue import catalog
from specbound.core.evidence import Evidence, Kind, read_evidence
from specbound.core.status import status
from specbound.core.verdict import Verdict
from tests.conftest import run_module
from verify.weights import digits_chain, gaussian_twin, transformer_chain

NOT_MEASURED = {("interlacing_isometry", Kind.MEASURED), ("kronecker_spectrum", Kind.MEASURED)}
"""No weights have orthonormal columns, and Kronecker products of weight matrices are too large to be formed."""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[CompletedProcess[str], Path]:
    out = tmp_path_factory.mktemp("verify") / "results"
    return run_module("verify", "--quick", "--out", str(out)), out


def test_the_quick_job_comes_out_as_expected(finished) -> None:
    done, out = finished
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Results: {out}" in done.stdout.splitlines()[-1]
    assert "Everything came out as expected." in done.stdout
    assert "SURPRISE" not in done.stdout
    assert f"{5 * len(catalog())}/{5 * len(catalog())}" in done.stderr
    for statement in catalog().values():
        assert statement.id in done.stdout
    assert "triple_independent: smallest counterexample {" in done.stdout


def test_the_results_are_complete_and_agree(finished) -> None:
    _, out = finished
    records = read_evidence(out / "evidence.jsonl")
    summary = json.loads((out / "summary.json").read_text())
    rows = {row["statement"]: row for row in summary["rows"]}
    for statement in catalog().values():
        row = rows[statement.id]
        assert row["status"] == status(statement, records)
        assert row["mutants"] == row["mutants_refuted"] == len(statement.mutants) > 0
        assert row["searched"] > 0 or row["standing"] == "refuted"
        for kind in (Kind.SYMBOLIC, Kind.PROPERTY, Kind.ADVERSARIAL, Kind.CERTIFIED, Kind.MEASURED):
            if (statement.id, kind) in NOT_MEASURED:
                continue
            assert any(r.statement == statement.id and r.kind is kind for r in records), (statement.id, kind)
    assert rows["triple_independent"]["status"] == "refuted"
    assert rows["triple_independent"]["counterexample"]["n"] == 2
    assert rows["horn_johnson_triple"]["tightness_real"] == 0
    assert {r.details["chain"] for r in records if r.kind is Kind.MEASURED} >= {"MiniLM", "digits"}


def test_the_figures_of_the_run_are_there(finished) -> None:
    _, out = finished
    assert (out / "figures" / "tightness.png").read_bytes().startswith(b"\x89PNG")
    assert (out / "figures" / "tightness.pdf").read_bytes().startswith(b"%PDF")
    assert not list(out.rglob(".*"))


def test_an_earlier_run_is_not_written_over(finished) -> None:
    _, out = finished
    before = (out / "evidence.jsonl").read_bytes()
    done = run_module("verify", "--out", str(out))
    assert done.returncode == 2
    assert "may hold the results of an earlier run" in done.stderr
    assert (out / "evidence.jsonl").read_bytes() == before


def test_an_unwritable_results_folder_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run_module("verify", "--out", str(tmp_path / "file" / "results"))
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("statemants",), "the nearest known: statements"), (("--device", "cuda:99"), "cannot be used here")],
)
def test_bad_arguments(arguments: tuple[str, ...], message: str) -> None:
    done = run_module("verify", *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_the_studies_are_listed() -> None:
    assert run_module("verify", "--list").stdout.startswith("statements ")


def test_an_interruption_that_training_swallows_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.neural_network import MLPClassifier

    monkeypatch.setattr(MLPClassifier, "fit", lambda *_: warnings.warn("Training interrupted by user.", stacklevel=1))
    with pytest.raises(KeyboardInterrupt):
        digits_chain(seed=0)


def test_any_surprise_exits_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("figures.tightness.draw", lambda *_: [])
    violated = Evidence("weyl_sum", Kind.PROPERTY, Verdict.VIOLATED, counts={"VIOLATED": 1})
    for number, record in enumerate([violated, replace(violated, verdict=Verdict.HOLDS)]):
        monkeypatch.setattr("verify.statements.run", lambda *_, record=record: [record])
        assert job.main(["--out", str(tmp_path / str(number))]) == (record is violated)
    assert "SURPRISE weyl_sum" in capsys.readouterr().out


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
