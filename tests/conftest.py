"""What several tests share: running the project's commands the way a user does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).parents[1]
hypothesis.settings.register_profile("tests", database=None, deadline=None, derandomize=True)
hypothesis.settings.load_profile("tests")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Many small operations, in several workers and in programs they start: two threads on one wait for each other."""
    with pytest.MonkeyPatch.context() as patch, threadpool_limits(limits=1):
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture(scope="session", autouse=True)
def same_draws() -> Iterator[None]:
    """Draws of Hypothesis that do not depend on which tests run beside, by constants in the source of their modules."""
    from specbound.checks.property import from_the_seed_alone

    with from_the_seed_alone():
        yield


def run_module(
    module: str, *arguments: str, cwd: Path = ROOT, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Runs a module of the checkout with the interpreter of the tests: ``run_module("specbound", "list")``."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", module, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
