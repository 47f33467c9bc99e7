"""Writes what a results folder amounts to: a report to read, and the verdicts for programs."""

from __future__ import annotations

import json
from pathlib import Path

from specbound.core.errors import InvalidInput
from specbound.core.provenance import write_atomically
from specbound.report.page import html, markdown
from specbound.report.results import Results, results_in

HTML, MARKDOWN, CLAIMS = "report.html", "report.md", "claims.json"


def write_report(folder: Path) -> Results:
    """Writes ``report.html``, ``report.md`` and ``claims.json`` into a results folder, each whole or not at all.

    **Returns.** What was read, with ``problems`` where some was not.
    **Raises.** :class:`InvalidInput` for a folder without results, or one that cannot be written: older reports then
    stay as they were.
    """
    found = results_in(folder)
    verdicts = json.dumps([claim.to_json() for claim in found.claims], indent=1, ensure_ascii=False, allow_nan=False)
    contents = {HTML: html(found), MARKDOWN: markdown(found), CLAIMS: verdicts + "\n"}
    try:
        for name, content in contents.items():
            write_atomically(folder / name, content)
    except OSError as error:
        raise InvalidInput(
            f"the report could not be written to {folder} ({error.strerror}); results and older reports are as they "
            f"were. Once there is room, or access, `specbound report {folder}` writes it"
        ) from error
    return found
