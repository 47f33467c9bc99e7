"""Reading results folders: a study's evidence as plain data, and a hash that says which results a figure shows."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from specbound.campaign import Record, read
from specbound.campaign.log import FILE


def load(results: Path, study: str) -> tuple[list[dict[str, Any]], str]:
    """The evidence that a study's records carry, of each cell the newest, and the hash of the file they lie in.

    **Raises.** :class:`~specbound.core.errors.InvalidInput` where the folder holds no results of the study.
    """
    newest: dict[str, Record] = {}
    for record in sorted(read(results, study), key=lambda record: not record.stale):
        if record.measurement:
            newest[str(record)] = record
    found = [item for record in newest.values() for item in record.measurement.get("evidence", ())]
    return found, hashlib.sha256((results / study / FILE).read_bytes()).hexdigest()[:16]
