"""A report in a browser: its size, and how long it takes to open. ``python -m verify.bench.report RESULTS``."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from statistics import median

from specbound.core.errors import InvalidInput
from specbound.core.provenance import package_hash, versions
from specbound.numeric.ops import NotAvailable
from specbound.report.command import AS_EXPECTED, exit_code
from specbound.report.write import HTML, write_report

OPENINGS = 7

QUIET = ("--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync")
"""So that Chromium looks for nothing on a network."""


def main() -> int:
    """Writes the report of a results folder and opens it."""
    parser = argparse.ArgumentParser(prog="python -m verify.bench.report", description=__doc__)
    parser.add_argument("results", type=Path, metavar="RESULTS", help="a folder that `python -m verify` wrote")
    options = parser.parse_args()
    return exit_code("verify.bench.report", lambda: _run(options.results))


def _run(results: Path) -> int:
    start = time.perf_counter()
    found = write_report(results)
    written = time.perf_counter() - start
    page = (results / HTML).resolve()
    opened, kind = _opened(page)
    print(f"source {package_hash()}, {kind}, python {versions()['python']}")
    print(f"{len(found.studies)} studies, {found.cells:,} cells: written in {written:.1f} s")
    print(f"{page.stat().st_size / 2**20:.2f} MiB")
    print(f"opened in {median(opened):.2f} s, {max(opened):.2f} s at most, {OPENINGS} times, each in a new browser")
    return AS_EXPECTED


def _opened(page: Path) -> tuple[list[float], str]:
    """Seconds from asking for the page to its load event, figures decoded, each time in a browser of its own."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError as error:
        raise NotAvailable("opening the report needs playwright: run make setup") from error
    path = shutil.which("chromium")
    if path is None:
        raise InvalidInput("no chromium on PATH; install Debian's package chromium, or what your system calls it")
    seconds: list[float] = []
    kind = ""
    with sync_playwright() as driver:
        for _ in range(OPENINGS):
            browser = driver.chromium.launch(executable_path=path, args=list(QUIET), chromium_sandbox=False)
            tab = browser.new_page()
            start = time.perf_counter()
            tab.goto(page.as_uri(), wait_until="load")
            tab.evaluate("Promise.all([...document.images].map((image) => image.decode()))")
            seconds.append(time.perf_counter() - start)
            kind = f"Chromium {browser.version}"
            browser.close()
    return seconds, kind


if __name__ == "__main__":
    sys.exit(main())
