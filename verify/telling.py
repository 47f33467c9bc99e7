"""What a run says of its studies once their cells are there: tables, surprises, findings, figures, a report."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from figures.drawing import draw_all
from specbound.campaign import Record, Status, Study, measured_in, read
from specbound.core.errors import InvalidInput, line_in
from specbound.report.finding import Finding
from specbound.report.ledger import Judgement
from specbound.report.pictures import FOLDER
from specbound.report.summary import Summary, hash_of_results
from specbound.report.table import PLAIN, tell_surprises
from specbound.report.write import HTML, write_report
from verify.findings import findings_of


def told(study: Study, records: Sequence[Record], out: Path, console: Console) -> bool:
    """Prints what came of a study and writes its summary; whether all was expected and nothing failed."""
    show, surprises = study.show, list[str]()
    before = len(console.export_text(clear=False))
    shown = show is None or _own(study, "show", lambda: show(records, console), console)
    printed = console.export_text(clear=False)[before:]
    judged = _own(study, "surprises", lambda: surprises.extend(_lines(study.surprises(records))), console)
    found = _summarise(study, out, surprises, printed, console)
    tell_surprises(surprises, console)
    for record in records:
        if record.status is Status.NOT_AVAILABLE:
            console.print(f"{study.name}: not available: {record}: {record.error}", **PLAIN)
    counts = Counter(record.status.value for record in records)
    numbers = ", ".join(f"{number} {word}" for word, number in counts.items())
    console.print(f"{study.name}: of {len(records)} cells {numbers}", **PLAIN)
    return shown and judged and found and not surprises and not counts[Status.FAILED.value]


def report(out: Path, console: Console) -> None:
    """Draws all figures, writes the report, and prints what it lacks and the verdicts that are decided."""
    draw_all(out, out / FOLDER)
    try:
        found = write_report(out)
    except InvalidInput as error:
        console.print(str(error), **PLAIN)
        return
    for line in found.problems:
        console.print(f"not shown: {line}", **PLAIN)
    for judged in found.claims:
        if judged.verdict is not Judgement.UNDECIDED:
            console.print(f"{judged.claim.id}: {judged.verdict.value}", **PLAIN)
    console.print(f"Report: {out / HTML}", **PLAIN)


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


def _summarise(study: Study, out: Path, surprises: Sequence[str], printed: str, console: Console) -> bool:
    """Writes what a run says of a study beside its records; whether its findings could be had."""
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
        shown=printed,
    )
    summary.write(out)
    return had
