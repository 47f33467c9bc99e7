"""Redraws all figures from a results folder: ``python -m figures RESULTS [--out DIR]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from figures.drawing import draw_all
from specbound.report.command import exit_code


def main(arguments: Sequence[str] | None = None) -> int:
    """Draws every figure and prints where it lies; 2 where the results cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m figures", description="Redraw all figures from results.")
    parser.add_argument("results", type=Path, metavar="RESULTS", help="a folder that `python -m verify` wrote")
    parser.add_argument("--out", type=Path, default=Path("figures/out"), help="where to write (%(default)s)")
    options = parser.parse_args(arguments)

    def run() -> int:
        for path in draw_all(options.results, options.out):
            print(path)
        return 0

    return exit_code("figures", run)


if __name__ == "__main__":
    sys.exit(main())
