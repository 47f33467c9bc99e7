"""Whether a large model is locked as fast as published."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from specbound.campaign import Record
from specbound.report.finding import Finding
from verify.lock_speed import LAYERS, PUBLISHED, SIZE

PUBLISHED_FORM = "dense"


def findings(records: Sequence[Record]) -> list[Finding]:
    """What the seconds of locks say: those of one core, which other work on a machine does not lengthen."""
    name = "ten_layers_in_fifteen_seconds"
    claim = (
        f"Locking {LAYERS} layers of {SIZE}×{SIZE}, the size in a model of 20 billion parameters, takes at most "
        f"{PUBLISHED:g} seconds of one core."
    )
    if PUBLISHED_FORM not in _forms(records):
        return [Finding(name, claim, None, f"no lock in the {PUBLISHED_FORM} form was timed")]
    core = {form: [r.measurement["core"] for r in records if r.parameters["form"] == form] for form in _forms(records)}
    told = ", ".join(f"{median(seconds):.1f} s ({form}, of {len(seconds)})" for form, seconds in core.items())
    holds = all(median(seconds) <= PUBLISHED for seconds in core.values())
    return [Finding(name, claim, holds, f"Median: {told}; float32, on one thread.")]


def _forms(records: Sequence[Record]) -> list[str]:
    return list(dict.fromkeys(record.parameters["form"] for record in records))
