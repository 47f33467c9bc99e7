"""Runs the studies: what a results folder lacks is computed, then tables, surprises, summary and figures follow."""

from __future__ import annotations

import argparse
import inspect
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from specbound.cli import seed
from specbound.core.errors import InvalidInput, line_in
from specbound.core.provenance import write_atomically
from specbound.report.command import AS_EXPECTED, SURPRISE, exit_code
from specbound.report.table import PLAIN, tell_surprises

if TYPE_CHECKING:
    from specbound.campaign import Study
    from specbound.report.finding import Finding

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

    chosen = studies(options.studies)
    device_of(options.device)
    started = time.perf_counter()
    out = options.out or RESULTS / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    console = Console(record=True, markup=False, highlight=False)
    clean = [_run_one(study, out, options, console) for study in chosen.values()]
    _draw(out, console)
    _report(out, console)
    outcome = "Everything came out as expected." if all(clean) else "Not everything came out as expected."
    console.print(f"{outcome} {time.perf_counter() - started:.0f} s. Results: {out}", **PLAIN)
    write_atomically(out / SUMMARY, console.export_text())
    return AS_EXPECTED if all(clean) else SURPRISE


def _run_one(study: Study, out: Path, options: argparse.Namespace, console: Console) -> bool:
    """Runs one study and prints what came of it; whether all of that was expected and nothing failed."""
    from specbound.campaign import Status, run

    given = {name: getattr(options, name) for name in ("budget", "seed", "device", "workers", "scheduler")}
    try:
        records = run(study, out, **given)
    except KeyboardInterrupt:
        print(f"\n{out} keeps what is finished; --out {out} goes on from there", file=sys.stderr)
        raise
    show, surprises = study.show, list[str]()
    before = len(console.export_text(clear=False))
    told = show is None or _own(study, "show", lambda: show(records, console), console)
    shown = console.export_text(clear=False)[before:]
    judged = _own(study, "surprises", lambda: surprises.extend(_lines(study.surprises(records))), console)
    had = _summarise(study, out, surprises, shown, console)
    tell_surprises(surprises, console)
    for record in records:
        if record.status is Status.NOT_AVAILABLE:
            console.print(f"{study.name}: not available: {record}: {record.error}", **PLAIN)
    counts = Counter(record.status.value for record in records)
    numbers = ", ".join(f"{number} {word}" for word, number in counts.items())
    console.print(f"{study.name}: of {len(records)} cells {numbers}", **PLAIN)
    return told and judged and had and not surprises and not counts[Status.FAILED.value]


def _own(study: Study, name: str, call: Callable[[], object], console: Console) -> bool:
    """Calls what a study brings for its records; its mistakes are told, and cost nothing else."""
    try:
        call()
    except Exception as error:
        path = Path(inspect.getfile(study.measure))
        place = f"{path.name}, line {line_in(path, error)}"
        console.print(f"FAILED {study.name}: {name} raised {type(error).__name__}: {error} ({place})", **PLAIN)
        return False
    return True


def _lines(found: object) -> list[str]:
    if not isinstance(found, list) or not all(isinstance(line, str) for line in found):
        raise InvalidInput(f"it gave {found!r}; required: a list of lines, empty where nothing surprises")
    return found


def _draw(out: Path, console: Console) -> None:
    from figures.drawing import draw_all
    from specbound.report.pictures import FOLDER

    for name, reason in draw_all(out, out / FOLDER).missing.items():
        console.print(f"not drawn: {name}: {reason}", **PLAIN)


def _summarise(study: Study, out: Path, surprises: Sequence[str], shown: str, console: Console) -> bool:
    """Writes what a run says of a study beside its records; whether its findings could be had."""
    from specbound.campaign import measured_in, read
    from specbound.report.summary import Summary, hash_of_results
    from verify.findings import findings_of

    current = [record for record in measured_in(read(out, study.name)) if not record.stale]
    found: list[Finding] = []
    had = _own(study, "findings", lambda: found.extend(findings_of(study.name, current)), console)
    about = inspect.getdoc(inspect.getmodule(study.measure)) or ""
    summary = Summary(
        study=study.name,
        about=about.partition("\n")[0],
        records=hash_of_results(out, study.name),
        surprises=tuple(surprises),
        findings=tuple(found),
        shown=shown,
    )
    summary.write(out)
    return had


def _report(out: Path, console: Console) -> None:
    from specbound.report.ledger import Judgement
    from specbound.report.write import HTML, write_report

    try:
        found = write_report(out)
    except InvalidInput as error:
        console.print(str(error), **PLAIN)
        return
    for line in found.problems:
        console.print(line, **PLAIN)
    for judged in found.claims:
        if judged.verdict is not Judgement.UNDECIDED:
            console.print(f"{judged.claim.id}: {judged.verdict.value}", **PLAIN)
    console.print(f"Report: {out / HTML}", **PLAIN)


if __name__ == "__main__":
    sys.exit(main())
