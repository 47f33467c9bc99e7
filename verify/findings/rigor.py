"""Whether the statements on singular values can be decided beyond rounding on trained weights."""

from __future__ import annotations

from collections.abc import Sequence

from specbound.campaign import Record, evidence_in
from specbound.core.verdict import Verdict
from specbound.report.finding import Finding
from verify.rigor import OPEN, STATEMENTS, undecided


def findings(records: Sequence[Record]) -> list[Finding]:
    """What verdicts in intervals on weights say."""
    name = "certified_on_weights"
    claim = (
        "Every statement on singular values is decided beyond rounding on weights of a trained transformer, or is "
        f"consistent with them where it is an equality; less than {OPEN:.0%} of inequalities are left open."
    )
    evidence = evidence_in(records)
    reached = {item.statement for item in evidence}
    lacking = [statement for statement in STATEMENTS if statement not in reached]
    if lacking:
        return [Finding(name, claim, None, f"not decided on any weights: {', '.join(lacking)}")]
    left, compared = undecided(records)
    equalities = sum(item.counts.get(Verdict.CONSISTENT.value, 0) for item in evidence)
    told = (
        f"{compared:,} instances of inequalities, {left:,} of them left open; {equalities:,} instances of equality "
        f"consistent; {sum(item.details['not available'] for item in evidence):,} not available."
    )
    return [Finding(name, claim, left < OPEN * compared, told)]
