"""Reading results folders: which studies they hold, and a study's records or evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from specbound.campaign import Record, measured_in, read
from specbound.campaign.log import FILE
from specbound.core.errors import InvalidInput


def studies_in(results: Path) -> set[str]:
    """The studies that a results folder has records of, whole or not.

    **Raises.** :class:`~specbound.core.errors.InvalidInput` where there are none.
    """
    found = {log.parent.name for log in results.glob(f"*/{FILE}")}
    if not found:
        raise InvalidInput(f"{results} holds no results; give a folder that `python -m verify` wrote")
    return found


def measured(results: Path, study: str) -> list[Record]:
    """A study's measured records, those of the present source alone where there are any.

    **Raises.** :class:`~specbound.core.errors.InvalidInput` where the folder holds no results of the study, or none
    that was measured.
    """
    every = measured_in(read(results, study))
    found = [record for record in every if not record.stale] or every
    if not found:
        raise InvalidInput(f"{results} has nothing of {study} that was measured; the figure would be empty")
    return found


def evidence(results: Path, study: str) -> list[dict[str, Any]]:
    """The evidence that a study's records carry, of each cell the newest.

    **Raises.** :class:`~specbound.core.errors.InvalidInput` where the folder holds no results of the study.
    """
    newest: dict[str, Record] = {}
    for record in sorted(read(results, study), key=lambda record: not record.stale):
        if record.measurement:
            newest[str(record)] = record
    return [item for record in newest.values() for item in record.measurement.get("evidence", ())]
