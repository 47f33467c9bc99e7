"""Reading results folders: a study's evidence as plain data, and the hash that says which results a figure shows."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from specbound.campaign import Record, measured_in, read
from specbound.campaign.log import FILE
from specbound.core.errors import InvalidInput


def measured(results: Path, study: str) -> tuple[list[Record], str]:
    """A study's measured records, those of the present source alone where there are any, and their file's hash.

    **Raises.** :class:`~specbound.core.errors.InvalidInput` where the folder holds no results of the study, or none
    that was measured.
    """
    every = measured_in(read(results, study))
    found = [record for record in every if not record.stale] or every
    if not found:
        raise InvalidInput(f"{results} has nothing of {study} that was measured; the figure would be empty")
    return found, source_of(results, study)


def source_of(results: Path, study: str) -> str:
    """The hash that says which results a figure of that study shows."""
    return hashlib.sha256((results / study / FILE).read_bytes()).hexdigest()[:16]


def load(results: Path, study: str) -> tuple[list[dict[str, Any]], str]:
    """The evidence that a study's records carry, of each cell the newest, and the hash of the file they lie in.

    **Raises.** :class:`~specbound.core.errors.InvalidInput` where the folder holds no results of the study.
    """
    newest: dict[str, Record] = {}
    for record in sorted(read(results, study), key=lambda record: not record.stale):
        if record.measurement:
            newest[str(record)] = record
    found = [item for record in newest.values() for item in record.measurement.get("evidence", ())]
    return found, source_of(results, study)
