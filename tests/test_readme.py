"""The README's commands and code run as they stand."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines()]
PYTHON = [block for language, block in BLOCKS if language == "python"]


def test_the_readme_shows_commands_and_code() -> None:
    assert len(COMMANDS) >= 6
    assert len(PYTHON) == 2
    assert len(README.splitlines()) < 200


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(command: str, tmp_path: Path) -> None:
    (theorem,) = [block for block in PYTHON if "Statement(" in block]
    (tmp_path / "my_theorem.py").write_text(theorem)
    words = shlex.split(command)
    program = [sys.executable] if words[0] == "python" else [sys.executable, "-m", words[0]]
    folder = ROOT if words[0] == "python" else tmp_path
    done = subprocess.run([*program, *words[1:]], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_python_example_runs(tmp_path: Path) -> None:
    (example,) = [block for block in PYTHON if "specbound.check" in block]
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "triple_gap symbolic HOLDS" in done.stdout


def test_the_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_the_table_is_that_of_the_committed_record() -> None:
    import json

    rows = json.loads((ROOT / "verify" / "records" / "statements" / "summary.json").read_text())["rows"]
    shown = [(row, line) for row in rows for line in README.splitlines() if line.startswith(row["statement"] + "  ")]
    assert len(shown) >= 6
    for row, line in shown:
        assert f"{row['mutants_refuted']} of {row['mutants']}" in line
        assert f"{row['searched']:,}" in line or row["standing"] == "refuted"
        assert row["tightness_real"] is None or f"{row['tightness_real']:.3f}" in line
