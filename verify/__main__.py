"""Runs the studies, prints the verdict table, and writes evidence, summary and figures to a results folder."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from specbound.cli import seed
from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput, unknown_name
from specbound.core.evidence import package_hash, versions, write_atomically, write_evidence
from specbound.report.command import exit_code
from specbound.report.table import as_json, render, rows

STUDIES = ("statements",)
RESULTS = Path("verify/results")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the studies named on the command line; 0 as expected, 1 a surprise, 2 bad input."""
    options = _parser().parse_args(arguments)
    if options.list:
        for name in STUDIES:
            print(f"{name:16}{(importlib.import_module(f'verify.{name}').__doc__ or '').strip()}")
        return 0
    return exit_code("verify", lambda: _run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m verify", description="Run the studies and print what holds.")
    parser.add_argument("studies", nargs="*", metavar="STUDY", help="studies to run (all)")
    for budget in ("quick", "standard", "deep"):
        parser.add_argument(f"--{budget}", dest="budget", action="store_const", const=budget, default="quick")
    parser.add_argument("--out", type=Path, metavar="DIR", help=f"results folder ({RESULTS}/<time>)")
    parser.add_argument("--device", default="cpu", help="torch device of the search (%(default)s)")
    parser.add_argument("--seed", type=seed, default=0, help="of all draws (%(default)s)")
    parser.add_argument("--list", action="store_true", help="list the studies")
    return parser


def _run(options: argparse.Namespace) -> int:
    for name in options.studies:
        if name not in STUDIES:
            raise unknown_name("study", name, STUDIES)
    # Imported late, so that bad arguments and the help need not wait for torch.
    from figures.tightness import draw
    from specbound.checks.adversarial import device_of

    device_of(options.device)
    started = time.perf_counter()
    created = datetime.now(UTC)
    out = _results_folder(options.out or RESULTS / created.strftime("%Y-%m-%dT%H-%M-%SZ"))

    def progress(line: str) -> None:
        print(f"{time.perf_counter() - started:6.1f} s  {line}", file=sys.stderr, flush=True)

    records = [
        record
        for name in options.studies or STUDIES
        for record in importlib.import_module(f"verify.{name}").run(
            options.budget, options.seed, options.device, progress
        )
    ]
    write_evidence(out / "evidence.jsonl", records)
    table = rows(catalog().values(), records)
    summary = {
        "created": created.isoformat(timespec="seconds"),
        "budget": options.budget,
        "seed": options.seed,
        "device": options.device,
        "source": package_hash(),
        "versions": dict(versions()),
        "seconds": round(time.perf_counter() - started, 1),
        "rows": as_json(table),
    }
    write_atomically(out / "summary.json", json.dumps(summary, indent=2) + "\n")
    progress("drawing figures")
    draw(out, out / "figures")
    render(table, Console())
    surprised = any(row.surprises for row in table)
    outcome = "There were surprises." if surprised else "Everything came out as expected."
    print(f"{outcome} {time.perf_counter() - started:.0f} s. Results: {out}")
    return int(surprised)


def _results_folder(path: Path) -> Path:
    """A new folder for this run, seen to be writable before anything is computed."""
    try:
        if path.is_dir() and any(path.iterdir()):
            raise InvalidInput(f"{path} is not empty: it may hold the results of an earlier run; give a new folder")
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be written ({error.strerror}); give a folder that can, with --out"
        ) from error
    return path


if __name__ == "__main__":
    sys.exit(main())
