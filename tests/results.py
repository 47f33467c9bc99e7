"""Results folders as tests need them: holding given evidence, as a run of the statements would have left it."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console

from specbound.campaign import Grid, Study, run
from specbound.campaign.progress import Reporter
from specbound.core.evidence import Evidence

QUIET = Reporter(Console(file=StringIO()))


def store_evidence(folder: Path, records: Sequence[Evidence]) -> Path:
    """The folder, with one record that carries this evidence; the same as before where it is there already."""

    def predict(case: str) -> dict:
        return {"violated": []}

    def measure(case: str) -> dict:
        return {"evidence": [record.to_json() for record in records]}

    grid = Grid({"case": [repr(records)]})
    study = Study("statements", {"quick": grid}, predict, measure, surprises=lambda _: [])
    (record,) = run(study, folder, workers=1, reporter=QUIET)
    assert record.error is None, record.error
    return folder
