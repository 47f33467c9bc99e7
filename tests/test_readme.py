"""The commands and code of the README and of the page on studies run as they stand."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

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


def run(code: str, folder: Path) -> str:
    (folder / "example.py").write_text(code, encoding="utf-8")
    return run_shown("python example.py", folder)


def test_the_readme_shows_commands_and_code() -> None:
    assert len(COMMANDS) == 10
    assert len(PYTHON) == 4
    assert len(CHECKPOINT) == 3
    assert [block.file for block in README if block.file] == ["my_model.py"]


def _marked(command: str):
    # test_verify.py lists the studies in the default suite.
    return pytest.param(command, marks=pytest.mark.slow) if command == "python -m verify --list" else command


@pytest.mark.parametrize("command", [_marked(command) for command in COMMANDS if command not in CHECKPOINT])
def test_a_command_of_the_readme_runs(command: str, tmp_path: Path) -> None:
    save_files(README, tmp_path)
    printed = run_shown(command, tmp_path)
    assert printed
    if command.split()[1] == "certify":
        verdicts = [" ".join(line.split()) for line in printed.splitlines()]
        for expected in ("optimizer_only resists", "freeze broken at no cost", "merge broken at no cost"):
            assert any(line.startswith(expected) for line in verdicts), expected


def test_the_checkpoint_of_the_readme_is_locked_loaded_inspected_and_unlocked(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    spec = find_spec(TRANSFORMER_PACKAGE)
    if spec is None or spec.origin is None:
        pytest.skip("no real transformer here")
    (tmp_path / "minilm").symlink_to(Path(spec.origin).parent / "model")
    locked, inspected, unlocked = [run_shown(command, tmp_path) for command in CHECKPOINT]
    assert "5 locked, alpha = 10000, k = 25: locked" in locked
    assert [line.split()[1:] for line in inspected.splitlines()[1:]] == [["25", "10000", "rotated", "after"]] * 5
    assert unlocked == "5 unlocked: unlocked\n"
    off = re.fullmatch(r"embeddings differ by (\S+) of themselves\n", run(example("load_locked("), tmp_path))
    assert off is not None
    assert float(off[1]) < 1e-5


def test_the_python_example_runs(tmp_path: Path) -> None:
    assert "triple_gap symbolic HOLDS" in run(example("specbound.check("), tmp_path)


def test_the_check_of_a_network_runs(tmp_path: Path) -> None:
    printed = run(example("check_network("), tmp_path)
    assert [line.split()[:2] for line in printed.splitlines()] == [
        ["deformation_congruence", "CONSISTENT"],
        ["quadratic_law", "HOLDS"],
        ["quadratic_law_upper", "HOLDS"],
    ]


def test_the_limit_of_an_optimizer_falls_as_the_readme_says(tmp_path: Path) -> None:
    above, _, _ = example("check_network(").partition("claims =")
    before, after, outcome = run(above + example("stability_limit("), tmp_path).split()
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
