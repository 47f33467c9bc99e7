"""Whether learning rates of locked models are subnormal numbers, and what closes the window before that."""

from __future__ import annotations

from collections.abc import Sequence

from specbound.campaign import Record
from specbound.report.finding import Finding
from verify.windows import SMALLEST_NORMAL

MILLION = 1e6
FIGURE = ("slowdown_windows",)
UNMEASURED = f"no largest stable learning rate was measured at α = {MILLION:.0e} or more"


def findings(records: Sequence[Record]) -> list[Finding]:
    """What both ends of the window of learning rates say for large α."""
    far = [r for r in records if r.parameters["alpha"] >= MILLION and "upper" in r.measurement]
    return [_subnormal(far), _closes([record for record in far if record.parameters["format"] == "float32"])]


def _subnormal(far: Sequence[Record]) -> Finding:
    name = "subnormal_at_a_million"
    claim = (
        "With α of a million and more the largest stable learning rate of gradient descent is below the smallest "
        "normal number of float32."
    )
    if not far:
        return Finding(name, claim, None, UNMEASURED)
    limits = [record.measurement["upper"] for record in far]
    below = sum(limit < SMALLEST_NORMAL for limit in limits)
    told = (
        f"{below} of {len(limits)} starts; the smallest limit is {min(limits):.0e}, float32 is subnormal below "
        f"{SMALLEST_NORMAL:.0e}."
    )
    return Finding(name, claim, below == len(limits), told, FIGURE)


def _closes(single: Sequence[Record]) -> Finding:
    name = "window_closes"
    claim = (
        "In float32, with α of a million and more, every learning rate that is stable is too small to move half of the "
        "weights outside the lock: rounding swallows the step."
    )
    if not single:
        return Finding(name, claim, None, f"{UNMEASURED} in float32")
    closed = sum(record.measurement["upper"] < record.measurement["lower"] for record in single)
    return Finding(name, claim, closed == len(single), f"{closed} of {len(single)} starts in float32.", FIGURE)
