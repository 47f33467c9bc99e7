"""What each study decides, by a file of the study's name: propositions that the ledger of claims refers to."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from specbound.campaign import Record
from specbound.report.finding import Finding


def findings_of(study: str, records: Sequence[Record]) -> list[Finding]:
    """The findings of a study from its measured records; none where no file here is called as it is."""
    name = f"{__name__}.{study}"
    return [] if find_spec(name) is None else import_module(name).findings(records)
