"""What a results folder holds: a record for every cell that was ever run in it, none dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from specbound.campaign.cell import Cell
from specbound.campaign.log import FILE, SAYS, arrays_of, entries
from specbound.core.errors import InvalidInput
from specbound.core.evidence import Evidence
from specbound.core.provenance import Source


class Status(Enum):
    """How far a cell got."""

    MEASURED = "measured"
    FAILED = "failed"
    NOT_AVAILABLE = "not available"
    PREDICTED = "predicted"


STATUSES: dict[str, Status] = dict(
    zip(SAYS, (Status.PREDICTED, Status.MEASURED, Status.FAILED, Status.NOT_AVAILABLE), strict=True)
)
"""How far a cell is, by what its last line says."""


@dataclass(frozen=True, repr=False)
class Record(Cell):
    """One cell of a study, with the last that came of it.

    ``prediction`` is empty where predicting failed, ``measurement`` where the cell was not measured; ``error`` then
    says why, and ``traceback`` where. ``stale``: whether the source has changed since. ``attempts``: how often it was
    run; ``seconds``: the time of the last. ``run``: the header of the run that wrote it, with versions, machine and
    commit.
    """

    study: str
    status: Status
    stale: bool
    prediction: Mapping[str, Any]
    measurement: Mapping[str, Any]
    error: str | None
    traceback: str
    attempts: int
    seconds: float | None
    run: Mapping[str, Any]
    arrays_file: Path | None

    def __repr__(self) -> str:
        return f"<Record of {self.study}: {self}: {self.status.value}{', stale' if self.stale else ''}>"

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """The arrays that were measured, by name."""
        if self.arrays_file is None:
            return {}
        with np.load(self.arrays_file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}


def read(folder: str | Path, study: str | None = None) -> list[Record]:
    """The records of a results folder, of one study or of all, in the order in which cells were first run.

    **Raises.** :class:`InvalidInput` for a folder without results, of another version, or with a line that is no
    record.
    """
    logs = sorted(Path(folder).glob(f"*/{FILE}"))
    if not logs:
        raise InvalidInput(f"{folder} holds no results; give a folder that `python -m verify` wrote")
    names = [log.parent.name for log in logs]
    if study is not None and study not in names:
        raise InvalidInput(f"{folder} holds no results of {study!r}; it holds those of {', '.join(names)}")
    return [record for log in logs if study in (None, log.parent.name) for record in records_of(log)]


def newest(parent: Path) -> Path | None:
    """The last, by name, of the results folders in ``parent``; None where there is none."""
    return max((log.parents[1] for log in parent.glob(f"*/*/{FILE}")), default=None)


def records_of(log: Path) -> list[Record]:
    """The records of one study's log."""
    runs: dict[str, Mapping[str, Any]] = {}
    cells: dict[str, list[Mapping[str, Any]]] = {}
    for number, entry in enumerate(entries(log), start=1):
        if "format" in entry:
            runs[entry["run"]] = entry
        elif entry["run"] not in runs:
            raise InvalidInput(f"{log}, line {number} belongs to a run without a header; the file is not whole")
        else:
            cells.setdefault(entry["cell"], []).append(entry)
    stale = {name: Source(run["source"], run["files"]).stale for name, run in runs.items()}
    return [_record(log, mine, runs, stale) for mine in cells.values()]


def measured_in(records: Iterable[Record]) -> list[Record]:
    """Those of the records whose cells were measured, in their order."""
    return [record for record in records if record.status is Status.MEASURED]


def evidence_in(records: Iterable[Record]) -> list[Evidence]:
    """The evidence on statements that measured records carry, under ``evidence``.

    **Raises.** :class:`InvalidInput` for evidence of another version.
    """
    return [Evidence.from_json(item) for record in records for item in record.measurement.get("evidence", ())]


def _record(
    log: Path,
    lines: Sequence[Mapping[str, Any]],
    runs: Mapping[str, Mapping[str, Any]],
    stale: Mapping[str, bool],
) -> Record:
    """A cell from its lines: a prediction first, then what came of each attempt, of which the last counts."""
    last = lines[-1]
    predictions = [line["prediction"] for line in lines if "prediction" in line]
    kinds = [next(key for key in STATUSES if key in line) for line in lines]
    if "measurement" in kinds and "prediction" not in kinds[: kinds.index("measurement")]:
        raise InvalidInput(f"{log}: cell {last['cell']} was measured before it was predicted; the file is not whole")
    failure = last.get("failed")
    return Record(
        id=last["cell"],
        parameters=last["parameters"],
        seed=last["seed"],
        study=log.parent.name,
        status=STATUSES[kinds[-1]],
        stale=stale[last["run"]],
        prediction=predictions[-1] if predictions else {},
        measurement=last.get("measurement", {}),
        error=f"{failure['type']}: {failure['message']}" if failure else last.get("not available"),
        traceback=failure["traceback"] if failure else "",
        attempts=len(kinds) - kinds.count("prediction"),
        seconds=last.get("seconds"),
        run=runs[last["run"]],
        arrays_file=arrays_of(log, last["cell"]) if last.get("arrays") else None,
    )
