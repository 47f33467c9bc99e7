"""Redraws all figures from a results folder: ``python -m figures RESULTS [--out DIR]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from figures.drawing import draw_all
from specbound.report.command import AS_EXPECTED, BAD_INPUT, exit_code


def main(arguments: Sequence[str] | None = None) -> int:
    """Draws every figure and prints what was written; 2 where results cannot be read or a figure cannot be drawn."""
    parser = argparse.ArgumentParser(prog="python -m figures", description="Redraw all figures from results.")
    parser.add_argument("results", type=Path, metavar="RESULTS", help="a folder that `python -m verify` wrote")
    parser.add_argument("--out", type=Path, default=Path("figures/out"), help="where to write (%(default)s)")
    options = parser.parse_args(arguments)

    def run() -> int:
        drawn = draw_all(options.results, options.out)
        for path in drawn.written:
            print(path)
        for name, reason in drawn.missing.items():
            print(f"not drawn: {name}: {reason}", file=sys.stderr)
        return BAD_INPUT if drawn.missing else AS_EXPECTED

    return exit_code("figures", run)


if __name__ == "__main__":
    sys.exit(main())
