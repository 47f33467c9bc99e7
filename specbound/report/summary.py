"""What a run says of a study beside its records: what surprised, what it decides, and what it printed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from specbound.campaign.log import FILE, arrays_of
from specbound.core.errors import InvalidInput
from specbound.core.provenance import write_atomically
from specbound.report.finding import Finding
from specbound.report.stored import FORMAT, read_stored

SUMMARY = "summary.json"
"""In a study's folder, beside its records."""

KEYS: Mapping[str, type] = {
    "study": str,
    "about": str,
    "records": str,
    "surprises": list,
    "findings": list,
    "shown": str,
}


@dataclass(frozen=True)
class Summary:
    """``about``: the question, a sentence. ``records``: the hash of the records it speaks of. ``shown``: as printed."""

    study: str
    about: str
    records: str
    surprises: tuple[str, ...]
    findings: tuple[Finding, ...]
    shown: str

    def write(self, results: Path) -> None:
        """Writes ``summary.json`` into the study's folder, whole or not at all."""
        found = {"surprises": list(self.surprises), "findings": [finding.to_json() for finding in self.findings]}
        told = {"study": self.study, "about": self.about, "records": self.records, **found, "shown": self.shown}
        content = json.dumps({"format": FORMAT, **told}, indent=1, ensure_ascii=False, allow_nan=False)
        write_atomically(results / self.study / SUMMARY, content + "\n")


def hash_of_results(results: Path, study: str) -> str:
    """The hash of all that a results folder holds of a study: its records, and their arrays."""
    log = results / study / FILE
    found = hashlib.sha256(log.read_bytes())
    for path in sorted(arrays_of(log, "").parent.glob("*.npz")):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def read_summary(results: Path, study: str) -> Summary:
    """The summary of a study.

    **Raises.** :class:`InvalidInput` where there is none, where it is of another version or not whole, and where
    records were added since it was written.
    """
    path = results / study / SUMMARY
    again = f"run `python -m verify {study} --out {results}` again"
    found = read_stored(path, KEYS, again)
    if found["records"] != hash_of_results(results, study):
        raise InvalidInput(f"{path} speaks of other records than those beside it; {again}")
    findings = tuple(Finding.from_json(item) for item in found["findings"])
    texts = {key: found[key] for key in ("study", "about", "records", "shown")}
    return Summary(**texts, surprises=tuple(map(str, found["surprises"])), findings=findings)
