"""Whether locks are found by the weights alone."""

from __future__ import annotations

from collections.abc import Sequence

from specbound.campaign import Record
from specbound.report.finding import Finding
from verify.detection import CLOSE, MODELS


def findings(records: Sequence[Record]) -> list[Finding]:
    """What counts of locks that were found say."""
    name = "locks_are_found"
    claim = (
        "Locks are found in a model by its weights alone, with the layer, the number of directions, the directions and "
        "α; and none is seen where there is none."
    )
    found = {
        state: [r.measurement["found"] for r in records if r.parameters["locked"] is state] for state in (True, False)
    }
    if not all(found.values()):
        return [Finding(name, claim, None, "not looked at both: models with a lock and models without")]
    locked, free = sum(found[True]), sum(found[False])
    told = (
        f"{locked} of {MODELS * len(found[True])} locks, α and directions to {CLOSE:.0e}; {free} seen in "
        f"{MODELS * len(found[False])} models without."
    )
    return [Finding(name, claim, locked == MODELS * len(found[True]) and not free, told)]
