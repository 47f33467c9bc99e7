"""Whether all that a study measured came out as it was predicted, as one finding."""

from __future__ import annotations

from collections.abc import Sequence

from specbound.campaign import Record, Study
from specbound.report.finding import Finding


def as_predicted(
    name: str, claim: str, study: Study, records: Sequence[Record], more: str = "", figures: tuple[str, ...] = ()
) -> Finding:
    """Holds where records surprise nobody; undecided without any. ``more``: what else their numbers tell."""
    if not records:
        return Finding(name, claim, None, f"nothing of the study {study.name} was measured")
    surprises = study.surprises(records)
    first = f"; the first: {surprises[0]}" if surprises else ""
    told = f"{len(records)} cells, {len(surprises)} surprises{first}. {more}".strip()
    return Finding(name, claim, not surprises, told, figures)
