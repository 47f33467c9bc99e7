"""All that a report shows of a results folder, read once; what cannot be read is told, and the rest is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specbound.campaign.log import FILE
from specbound.campaign.reading import Record, Status, evidence_in, records_of
from specbound.checks.budget import BUDGETS
from specbound.core.catalogue import catalog
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence
from specbound.core.statement import Statement
from specbound.core.status import NO_EVIDENCE
from specbound.report.ledger import REFUTED, Judged, judge, read_ledger
from specbound.report.pictures import Picture, pictures
from specbound.report.summary import Summary, hash_of_results, read_summary
from specbound.report.table import Row, rows


@dataclass(frozen=True)
class Told:
    """A study of a results folder.

    ``records``: of every cell the last. ``summary``: None where there is none that can be used. ``problems``: what
    was not read, a line each.
    """

    name: str
    records: Sequence[Record]
    summary: Summary | None
    pictures: Sequence[Picture]
    problems: Sequence[str] = ()

    @property
    def about(self) -> str:
        """The question that the study asks."""
        return self.summary.about if self.summary else ""

    @property
    def current(self) -> list[Record]:
        """Records from the present source; all of them where there are none."""
        return [record for record in self.records if not record.stale] or list(self.records)

    @property
    def stale(self) -> bool:
        """Whether nothing in it is from the present source."""
        return bool(self.records) and all(record.stale for record in self.records)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many of the current cells got how far."""
        return Counter(record.status.value for record in self.current)

    @property
    def failed(self) -> list[Record]:
        """Current cells that raised."""
        return [record for record in self.current if record.status is Status.FAILED]

    @property
    def runs(self) -> list[Mapping[str, Any]]:
        """The headers of the runs that the current records are from."""
        return list({record.run["run"]: record.run for record in self.current}.values())

    @property
    def commands(self) -> list[str]:
        """What to type for the same cells."""
        return list(dict.fromkeys(command_of(run) for run in self.runs))


@dataclass(frozen=True)
class Results:
    """A results folder as a report shows it. ``problems``: what was not read or is not whole, a line each."""

    folder: Path
    claims: Sequence[Judged]
    statements: Mapping[str, Statement]
    rows: Sequence[Row]
    studies: Sequence[Told]
    notes: Sequence[str] = ()
    problems: Sequence[str] = ()

    @property
    def surprises(self) -> list[str]:
        """What was not predicted, by study."""
        return [f"{study.name}: {line}" for study in self.studies if study.summary for line in study.summary.surprises]

    @property
    def place(self) -> str:
        """The folder as it can be typed; where it was given by its whole path, its name."""
        return self.folder.name if self.folder.is_absolute() else self.folder.as_posix()

    @property
    def cells(self) -> int:
        """How many cells are shown."""
        return sum(len(study.current) for study in self.studies)

    @property
    def commands(self) -> list[str]:
        """What to type for all of it: studies of the same budget, seed and device share a command."""
        by_options: dict[str, list[str]] = {}
        for study in self.studies:
            for run in study.runs:
                start, name, options = command_of(run).partition(run["study"])
                names = by_options.setdefault(start + "{}" + options, [])
                names += [name] if name not in names else []
        return [command.format(" ".join(names)) for command, names in by_options.items()]

    @property
    def setups(self) -> list[Mapping[str, Any]]:
        """The machines and versions that runs were made with, each once."""
        found: list[Mapping[str, Any]] = []
        for study in self.studies:
            found += [setup for run in study.runs if (setup := setup_of(run)) not in found]
        return found

    @property
    def seen(self) -> list[Row]:
        """Rows of the statements on which there is evidence here."""
        return [row for row in self.rows if row.status != NO_EVIDENCE]


def results_in(folder: Path) -> Results:
    """Reads a results folder.

    What cannot be read is left out and told in ``problems``: a study whose log is of another version or has a line
    that is no record, a summary of other records, a figure that is missing. ``notes`` tell what is no fault: a line
    that was never finished, and studies from another source.
    **Raises.** :class:`InvalidInput` for a folder without results, or none that can be read.
    """
    logs = sorted(folder.glob(f"*/{FILE}"))
    if not logs:
        raise InvalidInput(f"{folder} holds no results; give a folder that `python -m verify` wrote")
    problems: list[str] = []
    shown, undrawn = _pictures(folder, problems)
    studies = [_study(folder, log, shown) for log in logs]
    if not any(study.records for study in studies):
        raise InvalidInput(f"{folder} holds nothing that can be read: {studies[0].problems[0]}")
    for study in studies:
        problems += study.problems
    problems += [f"the figure {name} was not drawn: {reason}" for name, reason in undrawn.items()]
    statements = catalog()
    evidence = _evidence(studies, problems)
    findings = {
        f"{study.name}/{finding.name}": finding
        for study in studies
        if study.summary and not study.stale
        for finding in study.summary.findings
    }
    missing = {study.name: _lacking(study) for study in studies if study.summary is None or study.stale}
    ran = {study.name for study in studies}
    ledger = read_ledger(statements)
    for claim in ledger:
        for reference in (*claim.needs, *claim.limits, *claim.bears):
            name, separator, _ = reference.removeprefix(REFUTED).partition("/")
            if separator and name not in ran:
                missing[name] = f"the study {name} was not run here"
    return Results(
        folder=folder,
        claims=judge(ledger, statements, evidence, findings, missing),
        statements=statements,
        rows=rows(statements.values(), evidence),
        studies=studies,
        notes=[note for study in studies for note in _notes(folder, study)],
        problems=problems,
    )


def command_of(run: Mapping[str, Any]) -> str:
    """The command that makes the cells of a run, from its header."""
    if run["budget"] not in BUDGETS:
        return f"a program of one's own, with the study {run['study']} and its grid {run['budget']}"
    seed = f" --seed {run['seed']}" if run["seed"] else ""
    device = f" --device {run['device']}" if run["device"] != "cpu" else ""
    return f"python -m verify {run['study']} --{run['budget']}{seed}{device}"


def setup_of(run: Mapping[str, Any]) -> dict[str, Any]:
    """The machine and the versions of a run, from its header."""
    return {**run["machine"], **run["versions"]}


def _study(folder: Path, log: Path, shown: Sequence[Picture]) -> Told:
    name = log.parent.name
    mine = [picture for picture in shown if picture.study == name]
    try:
        records = records_of(log)
    except (InvalidInput, OSError) as error:
        return Told(name, (), None, (), (f"the study {name} is not shown: {error}",))
    problems: list[str] = []
    summary = None
    try:
        summary = read_summary(folder, name)
    except InvalidInput as error:
        problems.append(f"what the study {name} found is not shown: {error}")
    source = summary.records if summary else hash_of_results(folder, name)
    problems += [
        f"the figure {picture.name} is not shown: it was drawn from other records; run `python -m figures` again"
        for picture in mine
        if picture.source != source
    ]
    return Told(name, records, summary, [picture for picture in mine if picture.source == source], problems)


def _pictures(folder: Path, problems: list[str]) -> tuple[list[Picture], dict[str, str]]:
    try:
        found, undrawn = pictures(folder)
    except InvalidInput as error:
        problems.append(str(error))
        return [], {}
    whole: list[Picture] = []
    for picture in found:
        lost = [path.name for path in picture.files if not path.is_file()]
        if lost:
            problems.append(f"the figure {picture.name} is not shown: {', '.join(lost)} is missing in {folder}")
        else:
            whole.append(picture)
    return whole, undrawn


def _evidence(studies: Sequence[Told], problems: list[str]) -> list[Evidence]:
    found: list[Evidence] = []
    for study in studies:
        try:
            found += evidence_in(study.records)
        except InvalidInput as error:
            problems.append(f"the evidence of the study {study.name} is not used: {error}")
    return found


def _lacking(study: Told) -> str:
    if study.problems:
        return study.problems[0]
    return f"the source has changed since the study {study.name} was run"


def _notes(folder: Path, study: Told) -> list[str]:
    found: list[str] = []
    log = folder / study.name / FILE
    if log.stat().st_size and not log.read_bytes().endswith(b"\n"):
        found.append(f"{log}: its last line was never finished and is left out; the next run makes that cell again")
    if study.stale:
        found.append(f"{study.name}: the source has changed since; its cells are shown, and decide nothing")
    found += [f"{study.name}: failed: {record}: {record.error}" for record in study.failed]
    return found
