"""Results folders as tests need them: holding given evidence, as a run of the statements would have left it."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console

from specbound.campaign import Grid, Study, run
from specbound.campaign.progress import Reporter
from specbound.core.evidence import Evidence

QUIET = Reporter(Console(file=StringIO()))


def _predict(evidence: list[dict]) -> dict:
    return {"violated": []}


def _measure(evidence: list[dict]) -> dict:
    return {"evidence": evidence}


def store_evidence(folder: Path, records: Sequence[Evidence]) -> Path:
    """The folder, with one record that carries this evidence; the same as before where it is there already."""
    grid = Grid({"evidence": [[record.to_json() for record in records]]})
    study = Study("statements", {"quick": grid}, _predict, _measure, surprises=lambda _: [])
    (record,) = run(study, folder, workers=1, reporter=QUIET)
    assert record.error is None, record.error
    return folder
