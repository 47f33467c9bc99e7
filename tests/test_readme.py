"""The commands and code of the README and of the page on studies run as they stand.

What is Python's own runs in this process, which spares an import of torch for each.
"""

import re
import runpy
import shlex
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from specbound.cli import main
from tests.pages import blocks_of, run_shown, save_files, text_of
from verify.weights import TRANSFORMER_PACKAGE

README = blocks_of("README.md")
PYTHON = [block.text for block in README if block.language == "python" and not block.file]
COMMANDS = [line for block in README if block.language == "sh" for line in block.text.splitlines()]
CHECKPOINT = [line for line in COMMANDS if line.split()[1] in ("lock", "inspect", "unlock")]


def example(call: str) -> str:
    """The one example that calls this."""
    (found,) = [text for text in PYTHON if call in text]
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the reader stands."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """What an example prints."""

    def printed(code: str) -> str:
        (folder / "example.py").write_text(code, encoding="utf-8")
        runpy.run_path("example.py", run_name="__main__")
        return capsys.readouterr().out

    return printed


@pytest.fixture
def typed(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """What a command prints; it has to succeed."""

    def printed(command: str) -> str:
        program, *arguments = shlex.split(command)
        if program != "specbound":
            return run_shown(command, folder)
        assert main(arguments) == 0
        return capsys.readouterr().out

    return printed


def test_the_readme_shows_commands_and_code() -> None:
    assert len(COMMANDS) == 10
    assert len(PYTHON) == 4
    assert len(CHECKPOINT) == 3
    assert [block.file for block in README if block.file] == ["my_model.py"]


def _marked(command: str):
    # test_verify.py lists the studies in the default suite.
    return pytest.param(command, marks=pytest.mark.slow) if command == "python -m verify --list" else command


@pytest.mark.parametrize("command", [_marked(command) for command in COMMANDS if command not in CHECKPOINT])
def test_a_command_of_the_readme_runs(command: str, folder: Path, typed: Callable[[str], str]) -> None:
    save_files(README, folder)
    printed = typed(command)
    assert printed
    if command.split()[1] == "certify":
        verdicts = [" ".join(line.split()) for line in printed.splitlines()]
        for expected in ("optimizer_only resists", "freeze broken at no cost", "merge broken at no cost"):
            assert any(line.startswith(expected) for line in verdicts), expected


def test_the_checkpoint_of_the_readme_is_locked_loaded_inspected_and_unlocked(
    folder: Path, typed: Callable[[str], str], run: Callable[[str], str]
) -> None:
    pytest.importorskip("transformers")
    spec = find_spec(TRANSFORMER_PACKAGE)
    if spec is None or spec.origin is None:
        pytest.skip("no real transformer here")
    (folder / "minilm").symlink_to(Path(spec.origin).parent / "model")
    locked, inspected, unlocked = [typed(command) for command in CHECKPOINT]
    assert "5 locked, alpha = 10000, k = 25: locked" in locked
    assert [line.split()[1:] for line in inspected.splitlines()[1:]] == [["25", "10000", "rotated", "after"]] * 5
    assert unlocked == "5 unlocked: unlocked\n"
    off = re.fullmatch(r"embeddings differ by (\S+) of themselves\n", run(example("load_locked(")))
    assert off is not None
    assert float(off[1]) < 1e-5


def test_the_python_example_runs(run: Callable[[str], str]) -> None:
    assert "triple_gap symbolic HOLDS" in run(example("specbound.check("))


def test_the_check_of_a_network_runs(run: Callable[[str], str]) -> None:
    printed = run(example("check_network("))
    assert [line.split()[:2] for line in printed.splitlines()] == [
        ["deformation_congruence", "CONSISTENT"],
        ["quadratic_law", "HOLDS"],
        ["quadratic_law_upper", "HOLDS"],
    ]


def test_the_limit_of_an_optimizer_falls_as_the_readme_says(run: Callable[[str], str]) -> None:
    above, _, _ = example("check_network(").partition("claims =")
    before, after, outcome = run(above + example("stability_limit(")).split()
    assert float(after) < 1e-2 * float(before)
    assert outcome == "budget"


def test_the_study_of_the_page_runs_as_a_program_and_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    (study,) = [block.text for block in blocks_of("verify/README.md") if block.language == "python"]
    (tmp_path / "norms.py").write_text(study, encoding="utf-8")
    for to_run in ("6 of them to run", "0 of them to run"):
        printed = run_shown("python norms.py 2>progress && cat progress", tmp_path)
        assert to_run in printed
        assert printed.startswith("[]\n")
        assert printed.count(" measured ") == 6


def test_what_the_readme_shows_is_what_the_committed_run_printed() -> None:
    printed = {line.strip() for line in text_of("verify/records/quick/summary.txt").splitlines()}
    (table,) = [block.text.splitlines() for block in README if block.language == "text"]
    assert len(table) >= 6
    assert [line for line in table if line.strip() not in printed] == []
