"""Reading results folders: the records as plain data, and a hash that says which results a figure shows."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from specbound.core.errors import InvalidInput


def load(results: Path) -> tuple[list[dict[str, Any]], str]:
    """The evidence records of a results folder, and the hash of their file.

    **Raises.** :class:`InvalidInput` where the folder holds no evidence, or a line that is not a record.
    """
    path = results / "evidence.jsonl"
    if not path.is_file():
        raise InvalidInput(f"{results} holds no evidence.jsonl; give a folder that `python -m verify` wrote")
    content = path.read_bytes()
    records: list[dict[str, Any]] = []
    for number, line in enumerate(content.decode().splitlines(), start=1):
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise InvalidInput(f"{path}, line {number} is not a record: {error}") from error
    return records, hashlib.sha256(content).hexdigest()[:16]
