"""Whether a normalisation behind a lock undoes it."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from statistics import median

from specbound.campaign import Record
from specbound.report.finding import Finding


def findings(records: Sequence[Record]) -> list[Finding]:
    """What gradient descent on a real transformer says that is locked in front of a normalisation."""
    name = "normalisation_undoes"
    claim = (
        "In a real transformer that is locked in front of a layer normalisation, gradient descent reaches its target "
        "no later than without a lock."
    )
    left = [r for r in records if r.parameters["attacker"] == "optimizer_only" and r.parameters["alpha"] > 1]
    runs = [record for record in left if record.prediction["reached"] is not None]
    if not runs:
        return [Finding(name, claim, None, "no locked run was measured whose unlocked one reached the target")]
    quick = [r for r in runs if (r.measurement["reached"] or inf) <= r.prediction["reached"]]
    alphas = sorted({record.parameters["alpha"] for record in runs})
    unlocked = [r for r in records if r.parameters["attacker"] == "optimizer_only" and r.parameters["alpha"] == 1]
    ends = (f"{median(r.measurement['after'] for r in of_it):.2f}" if of_it else "–" for of_it in (runs, unlocked))
    told = (
        f"{len(quick)} of {len(runs)} locked runs, α = {', '.join(f'{alpha:.0e}' for alpha in alphas)}. Accuracy on "
        f"held-out texts in the end, at the median: {' locked, '.join(ends)} unlocked."
    )
    return [Finding(name, claim, len(quick) == len(runs), told)]
