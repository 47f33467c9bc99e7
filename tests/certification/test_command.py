"""The certify command: its output, its exit codes, and one line for every mistake."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from specbound.cli import main
from tests.certification.examples import TINY, module_in
from tests.conftest import run_module

QUICK = ("--optimizers", "momentum", "--rates", "0.1", "--steps", "20", "--seeds", "1", "--workers", "1")
LOCK = ("--layers", "0,2", "--k", "2")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder with a small target in it."""
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    module_in(tmp_path)
    return tmp_path


def test_a_table_is_printed_and_a_folder_written(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    arguments = ("--attackers", "merge, rescale", "--alpha", "1e4", "--alpha", "10")
    assert main(["certify", "tiny.py:tiny", *arguments, *LOCK, *QUICK]) == 0
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines() if " of 1 " in line] == ["merge", "rescale"]
    assert max(map(len, out.splitlines())) <= 80
    assert "Of 2 locks, each verdict is that of the one that holds best." in out
    assert out.endswith("certificate/certificate.md says more\n")
    assert "4 cells, 4 of them to run" in err.replace("\n", " ")
    assert (folder / "certificate" / "certificate.json").is_file()
    assert "# tiny.py:tiny: locks" in (folder / "certificate" / "certificate.md").read_text()


def test_json_is_alone_on_standard_output(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert main(["certify", "tiny.py:tiny", "--json", "--out", "own", "--attackers", "merge", *LOCK, *QUICK]) == 0
    out, err = capsys.readouterr()
    content = json.loads(out)
    assert content["target"] == "tiny.py:tiny"
    assert [verdict["attacker"] for verdict in content["verdicts"]] == ["merge"]
    written = json.loads((folder / "own" / "certificate.json").read_text())
    assert {name: written[name] for name in content} == content
    assert "measurements" in err


def test_editing_the_factory_makes_its_cells_stale(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    arguments = ("certify", "tiny.py:tiny", "--attackers", "merge", *LOCK, *QUICK)
    assert main(arguments) == 0
    assert "1 cells, 1 of them to run" in capsys.readouterr().err
    # In a process of its own, as a process keeps what it imported.
    module_in(folder, TINY.replace("0.5 *", "0.6 *"))
    again = run_module("specbound", *arguments, cwd=folder)
    assert again.returncode == 0, again.stderr
    assert "1 cells, 1 of them to run" in again.stderr
    assert "1 there from another source, stale" in " ".join(again.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tiny.py:tiny", "--attackers", "mege"), "unknown attacker 'mege'; the nearest known: merge, "),
        (("tiny.py:tiny", "--steps", "9"), "steps = 9; required: at least 10, "),
        (("tiny.py:tiny", "--rates", "0.1,fast"), "learning rate 'fast'; required: a positive number"),
        (("tiny.py:tiny", "--rates", "0.1,0"), "sgd with learning rates [0.1, 0.0]; required: positive numbers"),
        (("tiny.py:tiny", "--rates=-1"), "sgd with learning rates [-1.0]; required: positive numbers"),
        (("tiny.py:tiny", "--optimizers", "adm"), "unknown optimizer 'adm'; the nearest known: adam, "),
        (("tiny.py:tiny", "--alpha", "0"), "4: alpha = 0.0; required: a positive number"),
        (("tiny.py:tiny", "--alpha", "1e4", "--alpha", "inf"), "4: alpha = inf; required: a positive number"),
        (("tiny.py:tiny", "--k", "5"), "4: k = 5; required: a whole number from 1 to 4, for a weight of 4×8"),
        (("tiny.py:tiny", "--layers", "blk.*"), "unknown layer 'blk.*'; the nearest known: 0, 2, 4"),
        (("tiny.py:tiny", "--form", "oval"), "unknown form 'oval'; the nearest known: "),
        (("tiny.py:tiny", "--seeds", "0"), "seeds = 0; required: a whole number, at least 1"),
        (("tiny.py:tiny", "--workers", "0"), "workers = 0; required: at least 1"),
        (("tiny",), "target 'tiny'; required: clusters, module:factory or file.py:factory"),
        (("other.py:tiny",), "no target file at "),
        (("tiny.py:other",), "{folder}/tiny.py has no function 'other'; a factory returns (model, loss, data)"),
        (("other:tiny",), "other cannot be imported: ModuleNotFoundError: No module named 'other'"),
        (("tiny.py:tiny", "--out", "tiny.py"), "{folder}/tiny.py cannot be written (File exists); give a folder"),
    ],
)
def test_mistakes_are_one_line(
    capsys: pytest.CaptureFixture[str], folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    assert main(["certify", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"specbound: {message.format(folder=folder)}")
    assert err.count("\n") == 1
    assert not (folder / "certificate").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tiny.py:tiny", "--alpha", "much"), "argument --alpha: invalid float value: 'much'"),
        (("tiny.py:tiny", "--seed", "-1"), "argument --seed: "),
        ((), "the following arguments are required: TARGET"),
    ],
)
def test_what_is_no_argument_is_told_by_the_parser(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["certify", *arguments])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_the_help_names_what_is_built_in_and_the_default_attackers(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["certify", "--help"])
    assert stopped.value.code == 0
    assert "clusters" in capsys.readouterr().out
