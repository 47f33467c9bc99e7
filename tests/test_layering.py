"""The layers hold, and each contract is seen to fail once a violation is planted."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("specbound", "proofs", "verify", "figures")
PLANTED = {
    "specbound/core/status.py": ("import torch", "stay out of core"),
    "specbound/numeric/rounding.py": ("import specbound.core.errors", "one way"),
    "specbound/curvature/top.py": ("import specbound.locking", "one way"),
    "specbound/campaign/study.py": ("import specbound.statements.families", "one way"),
    "specbound/core/recipe.py": ("import specbound.numeric.matrices", "core knows"),
    "specbound/checks/run.py": ("import proofs.decompositions", "stands alone"),
    "specbound/checks/tally.py": ("import specbound.certificates.writing", "one way"),
    "figures/style.py": ("import specbound.checks.run", "never compute"),
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for package in PACKAGES:
        ignore = shutil.ignore_patterns("__pycache__", "results", "out", "records")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _lint(checkout: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    return subprocess.run(
        [str(command), "--no-cache"], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def test_the_layers_hold(checkout: Path) -> None:
    done = _lint(checkout)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("place", PLANTED)
def test_a_planted_violation_breaks_its_contract(checkout: Path, place: str) -> None:
    line, contract = PLANTED[place]
    path = checkout / place
    path.write_text(path.read_text() + f"\n{line}\n")
    done = _lint(checkout)
    assert done.returncode == 1, done.stdout
    broken = [text for text in done.stdout.splitlines() if text.endswith("BROKEN")]
    assert len(broken) == 1
    assert contract in broken[0]


@pytest.mark.parametrize(
    "module", ["specbound", "specbound.cli", "specbound.core.catalogue", "specbound.core.status", "specbound.campaign"]
)
def test_light_modules_import_nothing_heavy(module: str) -> None:
    heavy = ("torch", "sympy", "hypothesis", "matplotlib", "pandas", "distributed")
    code = f"import sys, {module}; print([n for n in {heavy} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
