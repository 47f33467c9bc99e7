"""Runs the studies: what a results folder lacks is computed, then tables, surprises, figures and a report follow."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from specbound.cli import seed
from specbound.core.provenance import write_atomically
from specbound.report.command import AS_EXPECTED, SURPRISE, exit_code
from specbound.report.table import PLAIN

if TYPE_CHECKING:
    from specbound.campaign import Record, Study

RESULTS = Path("verify/results")

SUMMARY = "summary.txt"
"""Of a results folder: what the last run printed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the studies named on the command line; 0 as expected, 1 a surprise or a failed cell, 2 bad input."""
    options = _parser().parse_args(arguments)
    return exit_code("verify", lambda: _list() if options.list else _run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m verify",
        description="Run the studies and print what holds. The same folder again computes only what it lacks.",
    )
    parser.add_argument("studies", nargs="*", metavar="STUDY", help="studies to run (all)")
    budget = parser.add_mutually_exclusive_group()
    for name in ("quick", "standard", "deep"):
        text = f"the {name} grids{' (default)' if name == 'quick' else ''}"
        budget.add_argument(f"--{name}", dest="budget", action="store_const", const=name, default="quick", help=text)
    parser.add_argument("--out", type=Path, metavar="DIR", help=f"results folder ({RESULTS}/<time>)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, metavar="N", help="processes on this machine (one a core)")
    where.add_argument("--scheduler", metavar="ADDRESS", help="use the Dask cluster with this scheduler")
    parser.add_argument("--device", default="cpu", help="torch device (%(default)s)")
    parser.add_argument("--seed", type=seed, default=0, help="the first of all seeds (%(default)s)")
    parser.add_argument("--list", action="store_true", help="list the studies")
    return parser


def _list() -> int:
    from verify.studies import studies

    for name in studies():
        print(f"{name:16}{(sys.modules[f'verify.{name}'].__doc__ or '').strip().partition(chr(10))[0]}")
    return AS_EXPECTED


def _run(options: argparse.Namespace) -> int:
    # Imported late, so that bad arguments and the help need not wait for torch.
    from specbound.checks.adversarial import device_of
    from verify.studies import studies
    from verify.telling import report, told

    chosen = studies(options.studies)
    device_of(options.device)
    started = time.perf_counter()
    out = options.out or RESULTS / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    console = Console(record=True, markup=False, highlight=False)
    given = {name: getattr(options, name) for name in ("budget", "seed", "device", "workers", "scheduler")}
    clean = [told(study, _records(study, out, given), out, console) for study in chosen.values()]
    report(out, console)
    outcome = "Everything came out as expected." if all(clean) else "Not everything came out as expected."
    console.print(f"{outcome} {time.perf_counter() - started:.0f} s. Results: {out}", **PLAIN)
    write_atomically(out / SUMMARY, console.export_text())
    return AS_EXPECTED if all(clean) else SURPRISE


def _records(study: Study, out: Path, given: Mapping[str, Any]) -> list[Record]:
    from specbound.campaign import run

    try:
        return run(study, out, **given)
    except KeyboardInterrupt:
        print(f"\n{out} keeps what is finished; --out {out} goes on from there", file=sys.stderr)
        raise


if __name__ == "__main__":
    sys.exit(main())
