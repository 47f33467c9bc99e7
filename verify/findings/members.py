"""Whether rescalings other than a lock's do what the general limit says."""

from __future__ import annotations

from collections.abc import Sequence

from specbound.campaign import Record
from specbound.report.finding import Finding
from verify.findings.predicted import as_predicted
from verify.members import study


def findings(records: Sequence[Record]) -> list[Finding]:
    """What other rescalings that keep a function say."""
    claim = (
        "Other rescalings that keep a function, of neurons, queries and keys, values and output projections, and gains "
        "of a normalisation, inflate curvature, slow gradient descent and are undone as predicted."
    )
    return [as_predicted("members_as_predicted", claim, study, records)]
