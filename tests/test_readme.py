"""The commands and code of the README and of the page on studies run as they stand."""

import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import ROOT
from verify.weights import TRANSFORMER_PACKAGE

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines()]
CHECKPOINT = [line for line in COMMANDS if line.split()[1] in ("lock", "inspect", "unlock")]
PYTHON = [block for language, block in BLOCKS if language == "python"]
STUDIES = (ROOT / "verify" / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_commands_and_code() -> None:
    assert len(COMMANDS) >= 6
    assert len(PYTHON) == 6
    assert len(CHECKPOINT) == 3
    assert len(README.splitlines()) < 305


def _marked(command: str):
    # test_derivations.py runs all derivations in the default suite, test_verify.py lists the studies.
    elsewhere = command.startswith("python -m")
    return pytest.param(command, marks=pytest.mark.slow) if elsewhere else command


@pytest.mark.parametrize("command", [_marked(command) for command in COMMANDS if command not in CHECKPOINT])
def test_a_command_of_the_readme_runs(command: str, tmp_path: Path) -> None:
    (theorem,) = [block for block in PYTHON if "Statement(" in block]
    (tmp_path / "my_theorem.py").write_text(theorem)
    (task,) = [block for block in PYTHON if "def task(" in block]
    (tmp_path / "my_model.py").write_text(task)
    words = shlex.split(command)
    program = [sys.executable] if words[0] == "python" else [sys.executable, "-m", words[0]]
    folder = ROOT if words[0] == "python" else tmp_path
    done = subprocess.run([*program, *words[1:]], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    if words[1] == "certify":
        verdicts = [" ".join(line.split()) for line in done.stdout.splitlines()]
        for expected in ("optimizer_only resists", "freeze broken at no cost", "merge broken at no cost"):
            assert any(line.startswith(expected) for line in verdicts), expected


def test_the_checkpoint_of_the_readme_is_locked_loaded_inspected_and_unlocked(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    spec = find_spec(TRANSFORMER_PACKAGE)
    if spec is None or spec.origin is None:
        pytest.skip("no real transformer here")
    (tmp_path / "minilm").symlink_to(Path(spec.origin).parent / "model")
    printed = []
    for command in CHECKPOINT:
        program = [sys.executable, "-m", *shlex.split(command)]
        done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout)
    locked, inspected, unlocked = printed
    assert "5 locked, alpha = 10000, k = 25: locked" in locked
    assert [line.split()[1:] for line in inspected.splitlines()[1:]] == [["25", "10000", "rotated", "after"]] * 5
    assert unlocked == "5 unlocked: unlocked\n"
    (example,) = [block for block in PYTHON if "load_locked(" in block]
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    off = re.fullmatch(r"embeddings differ by (\S+) of themselves\n", done.stdout)
    assert off is not None
    assert float(off[1]) < 1e-5


def test_the_python_example_runs(tmp_path: Path) -> None:
    (example,) = [block for block in PYTHON if "specbound.check(" in block]
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "triple_gap symbolic HOLDS" in done.stdout


def test_the_check_of_a_network_runs(tmp_path: Path) -> None:
    (example,) = [block for block in PYTHON if "check_network(" in block]
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["deformation_congruence", "CONSISTENT"],
        ["quadratic_law", "HOLDS"],
        ["quadratic_law_upper", "HOLDS"],
    ]


def test_the_limit_of_an_optimizer_falls_as_the_readme_says(tmp_path: Path) -> None:
    above, example = (block for block in PYTHON if "check_network(" in block or "stability_limit(" in block)
    program = [sys.executable, "-c", above.partition("claims =")[0] + example]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    before, after, outcome = done.stdout.split()
    assert float(after) < 1e-2 * float(before)
    assert outcome == "budget"


def test_the_study_of_the_page_runs_as_a_program_and_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    (example,) = re.findall(r"```python\n(.*?)```", STUDIES, flags=re.DOTALL)
    (tmp_path / "norms.py").write_text(example)
    for to_run in ("6 of them to run", "0 of them to run"):
        program = [sys.executable, "norms.py"]
        done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert to_run in done.stderr
        assert done.stdout.startswith("[]\n")
        assert done.stdout.count(" measured ") == 6


def test_the_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_what_the_readme_shows_is_what_the_committed_run_printed() -> None:
    printed = (ROOT / "verify" / "records" / "quick" / "summary.txt").read_text(encoding="utf-8").splitlines()
    (shown,) = [block.splitlines() for language, block in BLOCKS if language == "text"]
    assert len(shown) >= 6
    stripped = {line.strip() for line in printed}
    assert [line for line in shown if line.strip() not in stripped] == []
