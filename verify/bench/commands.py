"""Whole commands as a user waits for them: the help, and the quick job after setup."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HELPS = 10


def run() -> list[str]:
    """Wall seconds of ``specbound --help`` (median of ten) and of ``python -m verify --quick`` (one run)."""
    helps = [_seconds("-m", "specbound", "--help") for _ in range(HELPS)]
    with tempfile.TemporaryDirectory() as folder:
        quick = _seconds("-m", "verify", "--quick", "--out", str(Path(folder) / "results"))
    return [
        f"specbound --help: median {median(helps):.2f} s, slowest {max(helps):.2f} s of {HELPS}",
        f"python -m verify --quick: {quick:.0f} s",
    ]


def _seconds(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start
