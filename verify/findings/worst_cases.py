"""Whether closed forms of worst cases agree with semidefinite programs."""

from __future__ import annotations

from collections.abc import Sequence

from specbound.campaign import Record
from specbound.report.finding import Finding
from verify.findings.predicted import as_predicted
from verify.worst_cases import CLOSE, difference, study


def findings(records: Sequence[Record]) -> list[Finding]:
    """What PEPit's numbers say."""
    claim = (
        "The closed forms of worst cases of first-order methods agree with those that PEPit finds by semidefinite "
        f"programs, within {CLOSE:.0e}."
    )
    furthest = max((abs(difference(record)) for record in records), default=0.0)
    return [as_predicted("closed_forms_agree", claim, study, records, f"The furthest is {furthest:.0e} off.")]
